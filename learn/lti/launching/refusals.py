"""Why a launch is refused: a stable code, and words for the person who pressed the link.

The words never repeat what the platform or the browser sent; the audit line holds the code, the registration and the
reference only.
"""

from learn.errors import FrontlineError

AGAIN = "Go back to your course and open the link again."
TELL = "If it happens again, tell the person who runs your course and give them the reference code."
ADMINISTRATOR = "Tell the person who runs your learning platform and give them the reference code."
WINDOW = "If it happens again, ask the person who runs your course to let the link open in a new window."
SIGN_IN = "Sign in to your learning platform again, then open the link."
ASK_US = "If you think that this is wrong, ask whoever runs this site."

_SETTINGS = (ADMINISTRATOR,)
_RETRY = (AGAIN, TELL)

WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # The login
    "login_incomplete": ("Your learning platform did not say all that is needed to open the link.", _SETTINGS),
    "platform_unknown": ("Your learning platform is not connected to this site.", _SETTINGS),
    "client_unknown": ("Your learning platform is connected to this site under another client ID.", _SETTINGS),
    "client_unclear": ("Your learning platform is connected more than once, and did not say which it is.", _SETTINGS),
    "platform_inactive": ("The connection to your learning platform is switched off.", _SETTINGS),
    "platform_pending": (
        "Your learning platform waits until an administrator of this site approves it.", _SETTINGS,
    ),
    "target_foreign": ("The link leads to another site.", _SETTINGS),
    # The platform's answer
    "login_required": ("Your learning platform says that you are not signed in there any more.", (SIGN_IN, TELL)),
    "platform_refused": ("Your learning platform did not let the link open.", _RETRY),
    "state_missing": ("The answer of your learning platform is incomplete.", _RETRY),
    "state_unknown": ("This browser did not keep the cookie that opens the link, or the link was opened in another one.", (AGAIN, WINDOW)),
    "storage": ("Your browser did not show that it began to open the link.", (AGAIN, WINDOW)),
    "token_missing": ("The answer of your learning platform is incomplete.", _RETRY),
    "token_unreadable": ("The message of your learning platform cannot be read.", _RETRY),
    "token_algorithm": ("The message of your learning platform is not signed as it has to be (RS256).", _SETTINGS),
    "audience": (
        "Your learning platform\u2019s message is for another tool. A link with its own consumer key causes this.",
        _SETTINGS,
    ),
    "key_unknown": ("Your learning platform\u2019s message is signed with a key that it does not publish.", _RETRY),
    "keys_unreachable": ("The keys of your learning platform cannot be read now.", ("Wait a minute.", AGAIN, TELL)),
    "signature": ("The signature of your learning platform\u2019s message is wrong.", _RETRY),
    "expired": ("The link was opened too long ago.", _RETRY),
    "clock": ("The clock of your learning platform and ours differ too much.", _SETTINGS),
    "claim": ("The message of your learning platform is incomplete.", _SETTINGS),
    "version": ("Your learning platform speaks another version of LTI than 1.3.", _SETTINGS),
    "message_type": ("This site cannot open this kind of link.", _SETTINGS),
    "deep_linking": ("Your learning platform did not say what may be chosen, or where the choice goes.", _SETTINGS),
    "not_staff": ("Only staff of a course can choose what its links open.", ("Ask the person who runs your course.",)),
    "review_not_staff": ("Only the teachers of a course can look at its learners’ work.", (ADMINISTRATOR,)),
    "review_nobody": ("This person has not opened anything here yet.", ("Go back to your gradebook.",)),
    "deployment_unknown": ("This place in your learning platform is not connected to this site yet.", _SETTINGS),
    "used": ("This link was used before, or it was opened too long ago.", _RETRY),
    "target_differs": ("Your learning platform asked for one page and then for another.", _RETRY),
    "target_unknown": ("The link opens a page that is not here.", ("Tell the person who runs your course.",)),
    "suspended": ("An administrator of this site closed your account for now.", (ASK_US,)),
}  # fmt: skip

STATUS = {
    "target_unknown": 404,
    "not_staff": 403,
    "review_not_staff": 403,
    "review_nobody": 404,
    "deployment_unknown": 403,
    "platform_inactive": 403,
    "platform_pending": 403,
    "suspended": 403,
}
"Where it is not 400."


class LaunchRefused(FrontlineError):
    """A launch or login that goes no further.

    ``detail`` names the claim or parameter that was at fault; it is one of our own words, never a value.
    ``return_url`` is set only once the platform's signature was found good.
    """

    title = "This link could not be opened"

    def __init__(self, code: str, *, detail: str = "", message: str = "", registration_id: int | None = None) -> None:
        words, steps = WORDS[code]
        super().__init__(message or words, next_steps=steps)
        self.code = code
        self.status = STATUS.get(code, 400)
        self.detail = detail
        self.registration_id = registration_id
        self.return_url: str | None = None
        self.args = (f"{code} {detail}".strip(),)
