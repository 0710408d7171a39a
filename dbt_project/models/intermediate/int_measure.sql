-- The headline figures of each edition of a document, each with the cell or the sentence that it is printed in. Where
-- several tables could give a figure, the order is that of seeds/measure_source.csv.
with candidate as (
    select
        amount.edition_key,
        amount.amount_key,
        amount.amount_yuan,
        amount.table_ordinal,
        amount.row,
        amount.col,
        headline.col is not null as is_headline,
        amount.period_rank * 100 + amount.fund_rank * 10 + amount.nature_rank as column_rank,
        rule.measure,
        rule.priority
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_amount_item') }} as item on amount.amount_key = item.amount_key
    inner join {{ ref('measure_source') }} as rule
        on
            amount.table_type = rule.table_type
            and item.item = rule.row_item
            and (rule.side is null or amount.side = rule.side)
    left join {{ ref('int_column') }} as headline
        on
            {{ in_column('amount', 'headline') }}
            and rule.nature = headline.nature
            and headline.is_representative
    left join {{ ref('int_three_public') }} as three_public on amount.amount_key = three_public.amount_key
    where
        headline.col is not null
        or three_public.is_headline
        or (rule.nature is null and amount.table_type <> 'three_public' and amount.period_rank < 9)
        -- The right side may hold several lists (by function, by nature), the total standing in one of them.
        or (rule.side is not null and amount.nature_rank <= 1 and amount.period_rank < 9)
),

stated as (
    select
        edition.edition_key,
        statement.statement_key,
        statement.amount_yuan,
        statement.ordinal,
        rule.measure,
        rule.priority
    from {{ ref('fct_statement') }} as statement
    inner join {{ ref('int_edition') }} as edition on statement.document_sha256 = edition.document_sha256
    inner join {{ ref('measure_source') }} as rule
        on rule.table_type = 'prose' and statement.metric = rule.row_item
    where statement.comparison = '' and statement.amount_yuan is not null
),

-- 合计 is the total of more than 三公 where meetings and training stand in the same table.
wider_table as (
    select distinct
        edition_key,
        table_ordinal
    from {{ ref('int_three_public') }}
    where item in ('conference', 'training')
)

select
    candidate.edition_key,
    candidate.measure,
    candidate.amount_yuan,
    candidate.amount_key,
    candidate.statement_key,
    cast(candidate.priority as integer) as priority
from (
    select
        *,
        cast(null as varchar) as statement_key,
        0 as ordinal
    from candidate
    union all by name
    select * from stated
) as candidate
left join wider_table
    on
        candidate.edition_key = wider_table.edition_key
        and candidate.table_ordinal = wider_table.table_ordinal
where not (candidate.measure = 'three_public' and candidate.priority = 2 and wider_table.table_ordinal is not null)
qualify row_number() over (
    partition by candidate.edition_key, candidate.measure
    order by
        candidate.priority, candidate.is_headline desc, candidate.column_rank, candidate.table_ordinal, candidate.row,
        candidate.col, candidate.ordinal
) = 1
