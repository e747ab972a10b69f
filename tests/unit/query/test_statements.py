"""What SQL of people may say: one SELECT over the views, and nothing that reaches anything else."""

from __future__ import annotations

import pytest
from confab.platform.errors import InvalidRequest
from confab.query.sql import MAX_STATEMENT
from confab.query.statements import check_statement

VIEWS = ("conversations", "messages", "threads", "feedback", "events")
LET_THROUGH = [
    "select * from conversations",
    "from conversations",
    "values (1), (2)",
    "select outcome, count(*) n from conversations where user_plan = 'pro' group by 1 order by n desc limit 5",
    "with a as (select * from messages) select a.role, count(distinct a.id) from a join conversations c using (id)"
    " group by all",
    "select t, count(*) from conversations, unnest(topics) as u(t) group by t",
    "select unnest(topics) t, count(*) from conversations group by 1",
    "select date_trunc('week', sent_at) w, avg(sentiment) filter (where role = 'user'), count(*) over (partition by w)"
    " from messages group by 1",
    "select properties->>'$.plan', custom->'a', name ilike '%refund%', name similar to 'a.*', "
    "name like 'a!%' escape '!' from conversations",
    "select sent_at > now() - interval 7 day, extract(hour from sent_at), date '2026-01-01', current_date"
    " from messages",
    "select [x for x in topics if x = 'a'], {'a': 1}.a, topics[1], topics[1:2], "
    "list_transform(topics, lambda t: upper(t)) from messages",
    "select cast(1.5 as decimal(10, 2)), try_cast('1' as double), case when true then 1 end, coalesce(null, 1)",
    "select exists (select 1 from threads), (select max(number) from messages), 1 in (1, 2), 1 between 1 and 2",
    "select 1 union all select 2 except select 3",
    "select distinct on (role) role from messages order by role desc nulls last limit 5 offset 2",
    "select * exclude (content) replace (1 as number) from messages tablesample 10 percent",
    "select columns('c.*') from conversations",
    "select lag(number) over w from messages window w as (order by number rows between 1 preceding and current row)",
    "select count(*) from conversations group by rollup (outcome, label) having count(*) > 1",
    "select outcome from conversations qualify row_number() over (partition by outcome) = 1",
    "select 'x' collate nocase, '\\x00'::blob",
]
REFUSED = [
    # other statements
    "",
    "select 1; select 2",
    "pragma version",
    "pragma table_info('conversations')",
    "set threads = 1",
    "reset threads",
    "show tables",
    "describe conversations",
    "summarize conversations",
    "explain select 1",
    "copy (select 1) to '/tmp/x'",
    "copy conversations to 's3://x/y'",
    "export database '/tmp/x'",
    "attach '/tmp/x'",
    "use x",
    "install httpfs",
    "load httpfs",
    "call pragma_version()",
    "prepare x as select 1",
    "execute x",
    "insert into conversations values (1)",
    "with t as (delete from conversations returning *) select * from t",
    "create table x as select 1",
    "drop view conversations",
    "begin",
    "vacuum",
    "checkpoint",
    "pivot conversations on outcome using count(*)",
    "with recursive t as (select 1 union all select * from t) select * from t",
    "select $1",
    # files and the machine
    "from 'x.parquet'",
    'select * from "/etc/passwd"',
    "select * from 's3://bucket/x.parquet'",
    "select * from 'https://example.com/x.csv'",
    "select * from read_text('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from (select * from read_parquet('facts/v1/conversations/chatbot=other/*/*.parquet'))",
    "select * from glob('*')",
    "select read_blob('/etc/passwd')",
    "select getenv('AWS_SECRET_ACCESS_KEY')",
    "select 'HOME'.getenv()",
    "select list(getenv('HOME')) from conversations",
    "select system.main.getenv('HOME')",
    # what DuckDB tells of itself
    "select * from duckdb_settings()",
    "select * from duckdb_views",
    "select * from pragma_database_list",
    "select * from sqlite_master",
    "select * from information_schema.tables",
    "select * from main.conversations",
    "select * from memory.main.conversations",
    "select * from conversations at (version => 1)",
    "select current_setting('home_directory')",
    "select nextval('x')",
    "select current_query()",
    'with "/etc/passwd" as (select 1) select * from (select * from "/etc/passwd")',
    "with duckdb_settings as (select 1) select (select 1 from duckdb_settings)",
    # statements in text
    "select * from query_table('conversations')",
    "select * from query('select 1')",
    "select * from json_execute_serialized_sql('x')",
    # values of any length
    "select repeat('a', 1000000000)",
    "select lpad('a', 1000000000, 'b')",
    "select printf('%1000000000d', 1)",
    "select format('{:1000000000}', 1)",
    "select range(1000000000)",
    "select * from range(1000000000)",
    "select * from generate_series(1, 1000000000)",
    "select list_resize([1], 1000000000)",
    "select bar(1, 0, 1, 1000000000)",
]


@pytest.mark.parametrize("statement", LET_THROUGH)
def test_selects_over_the_views_are_let_through(statement: str) -> None:
    check_statement(statement, VIEWS)


@pytest.mark.parametrize("statement", REFUSED)
def test_statements_that_reach_anything_else_are_refused(statement: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^sql: "):
        check_statement(statement, VIEWS)


@pytest.mark.parametrize(
    "statement",
    [
        "select " + "(" * 9000 + "1" + ")" * 9000,
        "select " + "(select " * 1000 + "1" + ")" * 1000,
        "select " + "[" * 4000 + "1" + "]" * 4000,
        "select " + "not " * 4000 + "true",
        "select 1" + " union select 1" * 2000,
        "select '" + "a" * MAX_STATEMENT + "'",
    ],
    ids=["brackets", "subqueries", "lists", "nots", "unions", "text"],
)
def test_statements_of_too_many_levels_or_too_long_are_refused(statement: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^sql: "):
        check_statement(statement, VIEWS)
