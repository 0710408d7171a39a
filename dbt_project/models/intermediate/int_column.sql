-- The column of a table that gives each nature (all, basic, project …): the only one that has it, or its 小计.
-- Columns of earlier periods and of single funds do not count where there is one of this period and of all funds.
with printed as (
    select
        document_sha256,
        table_ordinal,
        coalesce(side, '') as side,
        col,
        any_value(column_path) as column_path,
        any_value(coalesce(nature, 'all')) as nature,
        min(fund_rank) as fund_rank,
        min(nature_rank) as nature_rank,
        min(period_rank) as period_rank,
        bool_or(is_subtotal_column) as is_subtotal_column
    from {{ ref('int_amount') }}
    where row_role <> 'of_which' or nature is not null
    group by all
),

best as (
    select *
    from printed
    where period_rank < 9
    qualify
        rank() over (
            partition by document_sha256, table_ordinal, side, nature order by period_rank, fund_rank, nature_rank
        ) = 1
),

counted as (
    select
        *,
        count(*) over (partition by document_sha256, table_ordinal, side, nature) as columns_of_nature,
        row_number() over (partition by document_sha256, table_ordinal, side, nature order by col) as place
    from best
)

select
    document_sha256,
    table_ordinal,
    side,
    nature,
    col,
    column_path
from counted
where
    -- 合计 | 本年收入 小计 | …: the total stands first.
    (nature = 'all' and place = 1)
    or (nature <> 'all' and (columns_of_nature = 1 or (is_subtotal_column and place = 1)))
