"""Every domain event there is, and its name on the wire. Each is defined by its own context."""

from typing import Any

from saasops.campaigns.definition import CampaignLaunched
from saasops.campaigns.participants import (
    ParticipantInvited,
    ParticipantReached,
    ParticipantWithdrawn,
    RiskAssessed,
    RiskNoticeAcknowledged,
    UpgradeCompleted,
)
from saasops.logins.sessions import SessionClosed, UserLoggedIn
from saasops.people.merging import MergeUndone, UsersMerged
from saasops.people.privacy.consents import ConsentGiven, ConsentWithdrawn
from saasops.people.privacy.disclosure import ContactRevealed, ParcelsListed, PersonExported
from saasops.people.privacy.erasure import DataExpired, PersonErased
from saasops.people.privacy.holds import HoldLifted, HoldPlaced
from saasops.people.resemblance import ResemblanceDecided
from saasops.people.roles import RoleAssigned, RoleRevoked
from saasops.people.users import IdentityLinked, IdentityUnlinked
from saasops.rewards.grants import ParcelShipped, RewardGranted, RewardWithheld
from saasops.scheduling.assistants import AssistantAbsent
from saasops.scheduling.bookings import (
    BookingCancelled,
    BookingClosed,
    BookingReassigned,
    BookingRescheduled,
    PlaceHeld,
    SlotBooked,
)
from saasops.scheduling.outcomes import OutcomeRecorded
from saasops.scheduling.waitlist import WaitlistJoined, WaitlistLeft
from saasops.surveys.answers import ResponseSubmitted
from saasops.surveys.migration import ResponseMigrated
from saasops.surveys.publishing import SurveyPublished
from saasops.threads.posts import CheckInVerified, PostPublished, ReplyPublished, ThreadOpened
from saasops.versions.claims import VersionCorrected
from saasops.versions.endings import SupportEnding

WIRE_NAMES: dict[type[Any], str] = {
    IdentityLinked: "identity.linked",
    IdentityUnlinked: "identity.unlinked",
    RoleAssigned: "role.assigned",
    RoleRevoked: "role.revoked",
    UserLoggedIn: "user.logged_in",
    SessionClosed: "session.closed",
    ConsentGiven: "consent.given",
    ConsentWithdrawn: "consent.withdrawn",
    HoldPlaced: "hold.placed",
    HoldLifted: "hold.lifted",
    ContactRevealed: "contact.revealed",
    ParcelsListed: "parcels.listed",
    PersonExported: "person.exported",
    DataExpired: "data.expired",
    PersonErased: "person.erased",
    UsersMerged: "users.merged",
    MergeUndone: "merge.undone",
    ResemblanceDecided: "resemblance.decided",
    CampaignLaunched: "campaign.launched",
    SurveyPublished: "survey.published",
    ParticipantInvited: "participant.invited",
    ParticipantReached: "participant.reached",
    ParticipantWithdrawn: "participant.withdrawn",
    ResponseSubmitted: "response.submitted",
    ResponseMigrated: "response.migrated",
    VersionCorrected: "version.corrected",
    RiskAssessed: "risk.assessed",
    RiskNoticeAcknowledged: "risk_notice.acknowledged",
    PlaceHeld: "place.held",
    SlotBooked: "slot.booked",
    BookingRescheduled: "booking.rescheduled",
    BookingReassigned: "booking.reassigned",
    BookingCancelled: "booking.cancelled",
    BookingClosed: "booking.closed",
    WaitlistJoined: "waitlist.joined",
    WaitlistLeft: "waitlist.left",
    AssistantAbsent: "assistant.absent",
    OutcomeRecorded: "outcome.recorded",
    UpgradeCompleted: "upgrade.completed",
    ThreadOpened: "thread.opened",
    PostPublished: "post.published",
    ReplyPublished: "reply.published",
    CheckInVerified: "check_in.verified",
    RewardGranted: "reward.granted",
    RewardWithheld: "reward.withheld",
    ParcelShipped: "parcel.shipped",
    SupportEnding: "support.ending",
}
"""From the class of an event to its frozen wire name."""
