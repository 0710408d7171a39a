-- The columns of a table by nature (all, basic, project …), without those of earlier periods, and without those of
-- single funds where there is one of all funds. `is_representative`: the one column that gives the nature, that is
-- the only one that has it, or its 小计. Otherwise its columns are parts of it (Henan: 工资福利支出 | 对个人和家庭的补助).
with printed as (
    select
        edition_key,
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
    group by all
),

best as (
    select *
    from printed
    where period_rank < 9
    qualify rank() over (
        partition by edition_key, table_ordinal, side, nature order by period_rank, fund_rank, nature_rank
    ) = 1
),

placed as (
    select
        *,
        count(*) over (partition by edition_key, table_ordinal, side, nature) as columns_of_nature,
        row_number() over (partition by edition_key, table_ordinal, side, nature order by col) as place
    from best
)

select
    edition_key,
    table_ordinal,
    side,
    nature,
    col,
    column_path,
    -- 合计 | 本年收入 小计 | …: the total stands first.
    place = 1 and (nature = 'all' or columns_of_nature = 1 or is_subtotal_column) as is_representative
from placed
