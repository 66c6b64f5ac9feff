"""What a virtual machine, an alarm, a report is: words, units, records, columns, validation."""
