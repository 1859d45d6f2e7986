"""Staff change what a link sends: written at once, worked out for every learner by a worker."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from learn.lti.models import Deployment, Reports, ResourceLink
from learn.outbox import queue
from learn.passback import columns, followed
from learn.passback.models import Delivery, Score

_HERE = (
    select(ResourceLink.progress_item_id, Deployment.registration_id)
    .join(Deployment, Deployment.id == ResourceLink.deployment_pk)
    .where(ResourceLink.id == bindparam("link"))
)
_CHOOSE = (
    update(ResourceLink)
    .where(ResourceLink.id == bindparam("link"))
    .values(
        reports=bindparam("to_reports"), pass_mark=bindparam("to_mark"), wants_progress_item=bindparam("to_second"),
        progress_item_id=bindparam("second"),
    )
    .execution_options(synchronize_session=False)
)  # fmt: skip
_STOP = (
    update(Score)
    .where(Score.line_item_id == bindparam("second"))
    .values(state=Delivery.SUPERSEDED)
    .execution_options(synchronize_session=False)
)


def choose(
    session: Session, link: int, reports: Reports, pass_mark: int | None, wants_second: bool, now: datetime
) -> None:
    """Set what a link sends in the caller's transaction. A second column that is not wanted any more stays as it is."""
    here = session.execute(_HERE, {"link": link}).one()
    second = here.progress_item_id if wants_second else None
    session.execute(
        _CHOOSE,
        {"link": link, "to_reports": reports, "to_mark": pass_mark, "to_second": wants_second, "second": second},
    )
    if here.progress_item_id is not None and not wants_second:
        session.execute(_STOP, {"second": here.progress_item_id})
    if wants_second and here.progress_item_id is None:
        columns.make_second(session, link, here.registration_id, now)
    queue.put(session, followed.RETOLD, str(link), now)
