"""Once a day, whoever proved their main address more than a year ago is asked to do so again: leavers lose their address."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.by_email.models import EmailAddress
from learn.notifications import notices
from learn.outbox.queue import Taken

KIND = "addresses_due"
NOTICE = "address_due"
AFTER = timedelta(days=365)
EVERY = timedelta(days=1)
SOON = timedelta(seconds=5)
BATCH = 500
"People in one transaction."

_T: Any = table_of(EmailAddress)
_DUE = (
    select(_T.c.id, _T.c.user_id)
    .where(_T.c.is_main.is_(True), _T.c.due_at.is_(None), _T.c.verified_at < bindparam("before"))
    .order_by(_T.c.id)
    .limit(BATCH)
)
_TOLD = update(_T).where(_T.c.id.in_(bindparam("addresses", expanding=True))).values(due_at=bindparam("at"))


class Nightly:
    """The outbox's handler: calls nobody."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Any) -> datetime:
        """Tell the next ones, each once; come again soon while there are more, else tomorrow."""
        rows = session.execute(_DUE, {"before": at - AFTER}).all()
        for row in rows:
            notices.notify(session, row.user_id, NOTICE, at, path="/me/addresses", facts={"address": row.id})
        session.execute(_TOLD, {"addresses": [row.id for row in rows], "at": at})
        return at + (SOON if len(rows) == BATCH else EVERY)

    def call(self, job: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Any) -> Any:
        """Never needed: there is nobody to call."""
        raise NotImplementedError
