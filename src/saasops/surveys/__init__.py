"""Surveys: what is asked, what is wrong with it, what was answered, and imports of answers.

`definition` says what a survey is, `lint` what is wrong with one, `answers` what a person
may answer, `importing` reads the export of an outside tool, `analysis` counts. Risk,
tags and the pages of a form are left to others.
"""
