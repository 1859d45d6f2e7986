"""What an administrator can do about each refusal: by the code that its page and the audit trail carry."""

from learn.lti.launching.refusals import WORDS

SETTINGS = "Compare the platform\u2019s settings for this tool with the details on its page here."
COOKIES = (
    "The browser kept no cookie in the frame. Set the activity to open in a new window, or use a platform that offers "
    "platform storage."
)
ODD = "One of these is nothing to worry about. Many in a short time may be somebody trying to come in."

MEND: dict[str, str] = {
    "login_incomplete": "The platform left out iss, login_hint or target_link_uri. " + SETTINGS,
    "platform_unknown": "No platform with this issuer is connected. Invite it, or add it by hand.",
    "client_unknown": "The platform is connected under another client ID. It was probably set up there a second time.",
    "client_unclear": "The platform has several connections and sends no client ID. Let it send client_id.",
    "platform_inactive": "The platform is paused. Resume it on its page if it may launch.",
    "platform_pending": "The platform waits for approval. Approve it on its page if you know it.",
    "target_foreign": "The link\u2019s tool URL is not of this site. Correct the activity\u2019s tool URL.",
    "login_required": "The person\u2019s session on the platform had ended. Nothing to mend here.",
    "platform_refused": "The platform itself refused. Its own log says why.",
    "state_missing": "The platform did not send the state back. " + SETTINGS,
    "state_unknown": COOKIES,
    "storage": "The platform’s storage did not hold what was put there. " + ODD,
    "token_missing": "The platform sent no message. " + SETTINGS,
    "token_unreadable": "What came is no signed message. " + ODD,
    "token_algorithm": "The platform has to sign with RS256. Change it in the platform\u2019s settings for this tool.",
    "audience": "The activity has a consumer key or client ID of its own. Remove it from the activity.",
    "key_unknown": "The platform signs with a key that its public keyset does not hold. Test the connection.",
    "keys_unreachable": "The platform\u2019s public keyset cannot be read. Test the connection to see why.",
    "signature": "The message was changed on its way, or signed by somebody else. " + ODD,
    "expired": "Somebody waited too long, or the platform\u2019s clock is behind. Test the connection to compare clocks.",
    "clock": "The platform\u2019s clock or ours is wrong by more than a minute. Test the connection to compare them.",
    "claim": "A part of the message is missing or malformed: the code names which. " + SETTINGS,
    "version": "The activity is still set to LTI 1.1 or 2.0. Set it to LTI 1.3.",
    "message_type": "The platform sent a kind of message that this site does not take.",
    "deep_linking": "The platform’s request for a choice is incomplete: the code names what is missing.",
    "not_staff": "A learner pressed a link for staff, or the platform sends no staff role for this person.",
    "review_not_staff": "Somebody who is no teacher of the course opened a learner’s work. Check the role there.",
    "review_nobody": "The learner has not opened a link yet, so there is no work to look at. Nothing to mend here.",
    "deployment_unknown": "The tool was put in another place of the platform. Add the new deployment ID by hand.",
    "used": "The same message came twice: a page that was loaded again, or " + ODD[0].lower() + ODD[1:],
    "target_differs": "The login and the message named different links. " + SETTINGS,
    "suspended": "This person is suspended. Lift that on their page if they may come in again.",
    "target_unknown": "The activity opens a module or course that is not here. Choose it again in the platform.",
}


def explained() -> list[tuple[str, str, str]]:
    """Every code with what a learner is told and what an administrator can do."""
    return [(code, told, MEND[code]) for code, (told, _) in WORDS.items()]
