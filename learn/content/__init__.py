"""The content origin: what authors uploaded, played on hosts of its own, with no cookie, no session and no way back.

A WSGI application in front of the site, chosen by the host. An address holds a capability (``courses.learning.plays``)
and everything that is asked for under it belongs to that one play.
"""
