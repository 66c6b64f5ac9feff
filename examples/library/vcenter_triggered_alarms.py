"""List the triggered alarms of a vCenter.

`community.vmware` has no module for it. The root folder's `triggeredAlarmState` holds the alarms of everything below
it, acknowledged ones too; what it names (alarm and entity) is then read in a few calls, not in two calls an alarm.

Source: the vSphere API types `AlarmState`, `AlarmInfo` and `ManagedEntity`.
"""  # noqa: INP001 - Ansible loads modules from a folder beside the playbook, which is no package

import ssl
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any, Final

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

try:
    from pyVim.connect import Disconnect, SmartConnect
    from pyVmomi import vim, vmodl
except ImportError as error:
    IMPORT_ERROR: ImportError | None = error
else:
    IMPORT_ERROR = None

DOCUMENTATION = r"""
module: vcenter_triggered_alarms
short_description: List the triggered alarms of a vCenter
description:
  - Lists every alarm that is triggered on the vCenter's objects and was not cleared yet, acknowledged ones too.
  - It changes nothing. The account needs to read the objects and nothing else.
options:
  hostname:
    description: Name or address of the vCenter; the environment's E(VMWARE_HOST) when it is not set.
    type: str
    required: true
  username:
    description: The account; the environment's E(VMWARE_USER) when it is not set.
    type: str
    required: true
    aliases: [user, admin]
  password:
    description: Its password; the environment's E(VMWARE_PASSWORD) when it is not set.
    type: str
    required: true
    aliases: [pass, pwd]
  port:
    description: Port of the vCenter; the environment's E(VMWARE_PORT) when it is not set.
    type: int
    default: 443
  validate_certs:
    description:
      - Whether the certificate must be valid; the environment's E(VMWARE_VALIDATE_CERTS) when it is not set.
    type: bool
    default: true
  proxy_host:
    description: Name of a proxy on the way; the environment's E(VMWARE_PROXY_HOST) when it is not set.
    type: str
  proxy_port:
    description: Port of that proxy; the environment's E(VMWARE_PROXY_PORT) when it is not set.
    type: int
requirements:
  - pyvmomi 8.0.1.0 or newer, where the module runs
author:
  - The authors of vcenter_pipeline
"""

EXAMPLES = r"""
- name: List the alarms of one vCenter
  vcenter_triggered_alarms:
    hostname: vcenter.example.com
    username: reader@vsphere.local
    password: "{{ vault_vcenter_password }}"
  delegate_to: localhost
  register: triggered

- name: Name what is red and nobody has seen
  ansible.builtin.debug:
    msg: "{{ red | rejectattr('acknowledged') | map(attribute='entity') }}"
  vars:
    red: "{{ triggered.alarms | selectattr('status', 'eq', 'red') }}"
"""

RETURN = r"""
alarms:
  description: The triggered alarms, in the vCenter's order. What the vCenter does not say is null.
  returned: success
  type: list
  elements: dict
  contains:
    key:
      description: The vCenter's key of this alarm on this object.
      type: str
      sample: "972.149"
    alarm_moid:
      description: Managed object id of the alarm's definition.
      type: str
      sample: alarm-972
    alarm_name:
      description: Name of the alarm; its managed object id where the definition cannot be read.
      type: str
      sample: Virtual machine CPU usage
    description:
      description: What the alarm's definition says of it.
      type: str
      sample: "Default alarm: Virtual machine CPU usage"
    entity:
      description: Name of the object that the alarm stands on; null where it is gone or may not be read.
      type: str
      sample: fra-web-01
    entity_moid:
      description: Managed object id of that object.
      type: str
      sample: vm-149
    entity_type:
      description: Type of that object, as pyVmomi spells it.
      type: str
      sample: vim.VirtualMachine
    status:
      description: Colour of the alarm, one of red, yellow, green and gray.
      type: str
      sample: red
    severity:
      description: The colour as a word, one of CRITICAL, WARNING, NORMAL and UNKNOWN.
      type: str
      sample: CRITICAL
    time:
      description: When it was triggered, ISO 8601 in UTC.
      type: str
      sample: "2026-11-24T04:19:11.689839+00:00"
    acknowledged:
      description: Whether somebody acknowledged it; null where the vCenter does not say.
      type: bool
      sample: true
    acknowledged_by:
      description: Who did.
      type: str
      sample: administrator@vsphere.local
    acknowledged_time:
      description: When, ISO 8601 in UTC.
      type: str
      sample: "2026-11-24T04:19:11.723238+00:00"
"""

SEVERITIES: Final = {"red": "CRITICAL", "yellow": "WARNING", "green": "NORMAL", "gray": "UNKNOWN"}


def to_alarm(state: Any, info: Any, entity_name: str | None) -> dict[str, Any]:  # noqa: ANN401 - pyVmomi has no types
    """Turn an alarm's state into plain values.

    Args:
        state: a `vim.alarm.AlarmState`.
        info: the `vim.alarm.AlarmInfo` of its definition; None where that cannot be read.
        entity_name: the name of its object; None where that cannot be read.
    """
    status = None if state.overallStatus is None else str(state.overallStatus)
    return {
        "key": state.key,
        "alarm_moid": state.alarm._GetMoId(),  # noqa: SLF001 - pyVmomi offers no other name for it
        "alarm_name": (info.name if info is not None else None) or state.alarm._GetMoId(),  # noqa: SLF001 - as above
        "description": (info.description if info is not None else None) or None,
        "entity": entity_name,
        "entity_moid": state.entity._GetMoId(),  # noqa: SLF001 - as above
        "entity_type": type(state.entity).__name__,
        "status": status,
        "severity": None if status is None else SEVERITIES.get(status),
        "time": to_utc(state.time),
        "acknowledged": state.acknowledged,
        "acknowledged_by": state.acknowledgedByUser or None,
        "acknowledged_time": to_utc(state.acknowledgedTime),
    }


def to_utc(moment: datetime | None) -> str | None:
    """Give an instant as ISO 8601 in UTC; pyVmomi gives instants with their zone, and vCenter's are UTC."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)  # noqa: UP017 - an older Python may run the module
    return moment.astimezone(timezone.utc).isoformat()  # noqa: UP017 - as above


def read_property(collector: Any, kind: Any, path: str, objects: list[Any]) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Give one property of many objects of a kind, by managed object id.

    One object that is gone makes the vCenter refuse the whole call. Then each half is asked alone, until only that
    object is left without an answer.
    """
    if not objects:
        return {}
    wanted = vim.PropertyCollector.FilterSpec(
        objectSet=[vim.PropertyCollector.ObjectSpec(obj=item) for item in objects],
        propSet=[vim.PropertyCollector.PropertySpec(type=kind, pathSet=[path])],
    )
    try:
        found = collector.RetrieveContents([wanted])
    except vmodl.fault.ManagedObjectNotFound:
        if len(objects) == 1:
            return {}
        middle = len(objects) // 2
        halves = (objects[:middle], objects[middle:])
        return {moid: value for half in halves for moid, value in read_property(collector, kind, path, half).items()}
    return {item.obj._GetMoId(): item.propSet[0].val for item in found if item.propSet}  # noqa: SLF001 - as above


def unique(objects: Iterable[Any]) -> list[Any]:
    """Give each managed object once."""
    return list({item._GetMoId(): item for item in objects}.values())  # noqa: SLF001 - as above


def read_alarms(content: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
    """Read the triggered alarms of the whole inventory."""
    collector = content.propertyCollector
    states = list(content.rootFolder.triggeredAlarmState or ())
    infos = read_property(collector, vim.alarm.Alarm, "info", unique(state.alarm for state in states))
    names = read_property(collector, vim.ManagedEntity, "name", unique(state.entity for state in states))
    return [
        to_alarm(state, infos.get(state.alarm._GetMoId()), names.get(state.entity._GetMoId()))  # noqa: SLF001 - as above
        for state in states
    ]


def build_module() -> AnsibleModule:
    """Declare the options, which are those of community.vmware, with the same environment variables."""
    return AnsibleModule(
        argument_spec={
            "hostname": {"type": "str", "required": True, "fallback": (env_fallback, ["VMWARE_HOST"])},
            "username": {
                "type": "str",
                "required": True,
                "aliases": ["user", "admin"],
                "fallback": (env_fallback, ["VMWARE_USER"]),
            },
            "password": {
                "type": "str",
                "required": True,
                "no_log": True,
                "aliases": ["pass", "pwd"],
                "fallback": (env_fallback, ["VMWARE_PASSWORD"]),
            },
            "port": {"type": "int", "default": 443, "fallback": (env_fallback, ["VMWARE_PORT"])},
            "validate_certs": {
                "type": "bool",
                "default": True,
                "fallback": (env_fallback, ["VMWARE_VALIDATE_CERTS"]),
            },
            "proxy_host": {"type": "str", "fallback": (env_fallback, ["VMWARE_PROXY_HOST"])},
            "proxy_port": {"type": "int", "fallback": (env_fallback, ["VMWARE_PROXY_PORT"])},
        },
        required_together=[["proxy_host", "proxy_port"]],
        supports_check_mode=True,
    )


def connect(options: dict[str, Any]) -> Any:  # noqa: ANN401 - as above
    """Log in."""
    context = ssl.create_default_context()
    if not options["validate_certs"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    proxy = {"httpProxyHost": options["proxy_host"], "httpProxyPort": options["proxy_port"]}
    return SmartConnect(
        host=options["hostname"],
        port=options["port"],
        user=options["username"],
        pwd=options["password"],
        sslContext=context,
        **(proxy if options["proxy_host"] else {}),
    )


def main() -> None:
    """Run as Ansible's module."""
    module = build_module()
    if IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("pyvmomi"), exception=str(IMPORT_ERROR))
    place = f"{module.params['hostname']}:{module.params['port']}"
    try:
        service = connect(module.params)
    except (OSError, vmodl.MethodFault) as error:
        module.fail_json(msg=f"Cannot log in to the vCenter {place}: {getattr(error, 'msg', None) or error}")
    try:
        alarms = read_alarms(service.RetrieveContent())
    except (OSError, vmodl.MethodFault) as error:
        module.fail_json(msg=f"Cannot read the alarms of {place}: {getattr(error, 'msg', None) or error}")
    finally:
        Disconnect(service)
    module.exit_json(changed=False, alarms=alarms)


if __name__ == "__main__":
    main()
