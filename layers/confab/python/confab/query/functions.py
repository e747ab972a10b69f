"""What statements of people may be made of: functions that compute from what they are given, and parts of a SELECT.

No function here reads a file, a setting, the machine or another statement, and none makes text or lists of a length
that an argument names.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NODES: Final = _words(
    """
    SELECT_NODE SET_OPERATION_NODE CTE_NODE BASE_TABLE JOIN SUBQUERY EMPTY EXPRESSION_LIST TABLE_FUNCTION ORDER_MODIFIER
    LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING COLUMN_DATA
    """
)
"""Parts of a query, relations and orders, as DuckDB's parser names them."""
CLASSES: Final = _words(
    """
    BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT DEFAULT FUNCTION LAMBDA LAMBDA_REF OPERATOR
    POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW
    """
)
"""Expressions, likewise."""
FUNCTIONS: Final = _words(
    """
    + - * / // % ^ ** & | << >> ~ ! || @ -> ->> && ^@ @> <@ !~~ ~~ ~~* !~~* ~~~ !~~~ like_escape not_like_escape
    ilike_escape not_ilike_escape any_value approx_count_distinct approx_quantile arg_max arg_min array_agg avg
    bool_and bool_or corr count count_if count_star countif covar_pop covar_samp entropy favg first fsum
    geometric_mean histogram kurtosis last list mad max max_by mean median min min_by mode product quantile
    quantile_cont quantile_disc regr_slope regr_intercept regr_r2 skewness stddev stddev_pop stddev_samp string_agg
    group_concat listagg sum sum_no_overflow var_pop var_samp variance cume_dist dense_rank first_value lag
    last_value lead nth_value ntile percent_rank rank row_number abs ceil ceiling cbrt exp floor greatest least ln
    log log10 log2 mod pow power round sign sqrt trunc isfinite isnan width_bucket hash ascii chr concat concat_ws
    contains ends_with instr left length char_length character_length len lower lcase ltrim md5 nfc_normalize
    position prefix regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace
    regexp_split_to_array replace reverse right rtrim sha256 split split_part starts_with str_split string_split
    string_to_array strip_accents strlen strpos substr substring suffix translate trim ucase unicode upper
    levenshtein damerau_levenshtein jaccard jaro_similarity jaro_winkler_similarity format_bytes age century
    current_date current_localtimestamp current_timestamp date_add date_diff date_part date_sub date_trunc datediff
    datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear epoch epoch_ms epoch_us extract
    get_current_time get_current_timestamp hour isodow isoyear last_day make_date make_timestamp make_timestamp_ms
    minute month monthname now quarter second strftime strptime time_bucket timezone to_timestamp today
    transaction_timestamp try_strptime week weekday weekofyear year yearweek to_years to_months to_weeks to_days
    to_hours to_minutes to_seconds to_milliseconds to_microseconds julian array_contains array_has array_has_all
    array_has_any array_length array_position array_to_string array_unique list_aggregate list_any_value list_apply
    list_avg list_concat list_contains list_count list_distinct list_extract list_filter list_has list_has_all
    list_has_any list_max list_min list_position list_reverse list_sort list_slice list_sum list_transform
    list_unique list_value list_where array_extract array_slice element_at map map_keys map_values map_contains
    struct_extract struct_pack row unnest unlist from_json json json_array json_array_length json_contains json_each
    json_exists json_extract json_extract_path json_extract_path_text json_extract_string json_keys json_object
    json_structure json_transform json_type json_valid json_value to_json cardinality coalesce ifnull nullif if
    typeof
    """
)
"""Operators, then functions of groups, of windows, of numbers, text, times, lists, structures and JSON."""
TABLE_FUNCTIONS: Final = _words("unnest json_each")
