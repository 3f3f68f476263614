"""Keywords of SurveyJS that change neither what is asked nor what counts as an answer.

Which keywords mean something is said where they are read; whatever stands nowhere is declined.
"""

_OF_ELEMENTS = """
allowClear allowResize autoGrow autocomplete choicesOrder closeOnSelect colCount cols
correctAnswer defaultValue descriptionLocation displayMode errorLocation hideNumber imageHeight
imageWidth indent itemSize labelFalse labelTrue maxErrorText maxRateDescription maxWidth
minErrorText minRateDescription minWidth needConfirmRemoveFile otherErrorText otherPlaceholder
placeholder rateColorMode rateType renderAs requiredErrorText rows scaleColorMode searchEnabled
showNumber showPreview size sourceType startWithNewLine state storeDataAsText swapOrder
titleLocation useDisplayValuesInTitle valueFalseLabel waitForUpload width
"""
_OF_SURVEYS = """
$schema autoFocusFirstError backgroundImage backgroundOpacity calculationMode checkErrorsMode
completeText completedBeforeHtml completedHtml completedHtmlOnCondition cookieName editText
firstPageIsStartPage firstPageIsStarted fitToContainer focusFirstQuestionAutomatic
gridLayoutEnabled headerView height loadingHtml locale logo logoFit logoHeight logoPosition
logoWidth maxTimeToFinish maxTimeToFinishPage navigateToUrl navigationButtonsVisibility
pageNextText pagePrevText partialSendEnabled previewMode previewText progressBarLocation
progressBarShowPageNumbers progressBarShowPageTitles progressBarType questionDescriptionLocation
questionErrorLocation questionOrder questionStartIndex questionTitleLocation
questionTitlePattern questionsOnPageMode requiredMark requiredText showBrandInfo
showCompletePage showCompletedPage showNavigationButtons showPageNumbers showPageTitles
showPrevButton showPreviewBeforeComplete showProgressBar showQuestionNumbers showTOC showTimer
showTimerPanel showTimerPanelMode showTitle startSurveyText startWithNewLine state
storeOthersAsComment textUpdateMode themeVariables timeLimit timeLimitPerPage timerInfoMode
timerLocation titleLocation tocLocation width widthMode
"""
OF_ELEMENTS = frozenset(_OF_ELEMENTS.split())
"""Of a question."""
OF_SURVEYS = frozenset(_OF_SURVEYS.split())
"""Of a survey, a page or a panel."""
