"""Tables -> what Power BI reads: stable names, stable columns, whole files."""
