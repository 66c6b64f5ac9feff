"""Which vCenter a collection is of, as far as all reports of a source tell together.

Modules of Ansible return what a vCenter holds and not which one it was: only `vmware_about_info` returns the uuid of
the installation, and only the envelope of a playbook names the host. So what one report says of another's vCenter
counts: a name that once stood beside a uuid is that uuid wherever it stands.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Named(NamedTuple):
    """A vCenter as one report tells of it: a row of `vcenters`, or the host name that a collection bears."""

    report: str
    collected_at: datetime
    instance_uuid: str | None
    host_name: str | None


class VCenters:
    """The vCenters of one source. The same reports give the same, in whatever order they come."""

    def __init__(self, source: str, named: Iterable[Named]) -> None:
        """Take everything by which reports of the source name a vCenter; `source` is `client/environment`."""
        told = [one._replace(host_name=one.host_name and one.host_name.casefold()) for one in named]
        self._source = source
        self._full_names = _full_names({one.host_name for one in told if one.host_name})
        uuids: dict[str, set[str]] = {}
        hosts: dict[str, set[str]] = {}
        for one in told:
            if one.instance_uuid:
                uuids.setdefault(one.report, set()).add(one.instance_uuid)
            if one.host_name:
                hosts.setdefault(one.report, set()).add(self._host(one.host_name))
        self._own: dict[tuple[str, str], str] = {}
        newest: dict[str, tuple[datetime, str]] = {}
        for one in told:
            link = self._link(one, uuids.get(one.report, set()), hosts.get(one.report, set()))
            if link is not None:
                host, uuid = link
                self._own[one.report, host] = max(uuid, self._own.get((one.report, host), ""))
                newest[host] = max((one.collected_at, uuid), newest.get(host, (one.collected_at, "")))
        self._uuid_by_host = {host: uuid for host, (_, uuid) in newest.items()}
        self._known: dict[str, set[str]] = {report: set(some) for report, some in uuids.items()}
        for report, some in hosts.items():
            self._known.setdefault(report, set()).update(self._of_host(report, host) for host in some)
        self._all = set[str]().union(*self._known.values())

    @property
    def known(self) -> frozenset[str]:
        """The vCenters that any report names."""
        return frozenset(self._all)

    def of_collection(self, report: str, host_name: str | None) -> str:
        """Give the uuid of the vCenter that a collection is of, else its host name, else the source.

        Args:
            report: the collection's report.
            host_name: as the report tells it of this collection.
        """
        if host_name:
            return self._of_host(report, self._host(host_name.casefold()))
        known = self._known.get(report) or self._all
        return next(iter(known)) if len(known) == 1 else self._source

    def of_label(self, label: str) -> str:
        """Give what is now known by the name that a vCenter had earlier: its uuid, its host name, or the source."""
        if label == self._source:
            return next(iter(self._all)) if len(self._all) == 1 else self._source
        host = self._host(label)
        return self._uuid_by_host.get(host, host)

    def of_row(self, report: str, instance_uuid: str | None, host_name: str | None) -> str:
        """Give the same of a row of `vcenters`, which tells it of itself."""
        return instance_uuid or self.of_collection(report, host_name)

    def _host(self, host: str) -> str:
        return self._full_names.get(host, host)

    def _of_host(self, report: str, host: str) -> str:
        return self._own.get((report, host)) or self._uuid_by_host.get(host) or host

    def _link(self, one: Named, uuids: set[str], hosts: set[str]) -> tuple[str, str] | None:
        """Give the host name and the uuid that are one vCenter: told of one object, or alone in one report."""
        if one.host_name and one.instance_uuid:
            return self._host(one.host_name), one.instance_uuid
        if len(uuids) == len(hosts) == 1:
            return next(iter(hosts)), next(iter(uuids))
        return None


def _full_names(hosts: set[str]) -> dict[str, str]:
    """Give the full name of each short one that is the first label of only one."""
    by_label: dict[str, list[str]] = {}
    for host in hosts:
        label, _, rest = host.partition(".")
        if rest and not host.replace(".", "").isdigit():
            by_label.setdefault(label, []).append(host)
    return {host: by_label[host][0] for host in hosts if len(by_label.get(host, ())) == 1}
