"""The read model rebuilt on a Spark cluster, into Parquet files that DuckDB and Spark SQL ask."""
