-- What a row (or, in a table with the items as headers, a column) stands for, by the vocabularies of the seeds.
with three_public_label as (
    select
        amount.amount_key,
        unnest([
            {label: amount.row_label, is_row: true}, {label: amount.column_label, is_row: false}
        ], recursive := true)
    from {{ ref('int_amount') }} as amount
    where amount.table_type = 'three_public'
),

three_public as (
    select
        label.amount_key,
        'three_public.' || vocabulary.item as item,
        label.is_row
    from three_public_label as label
    inner join {{ ref('three_public_item') }} as vocabulary on regexp_matches(label.label, vocabulary.pattern)
    -- A column that names an item (公务接待费) says more than a row that is called 合计.
    qualify row_number() over (
        partition by label.amount_key order by vocabulary.item = 'plain_total', label.is_row desc, vocabulary.priority
    ) = 1
),

summary as (
    select
        amount.amount_key,
        vocabulary.item,
        true as is_row
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('summary_item') }} as vocabulary
        on amount.side = vocabulary.side and regexp_matches(amount.row_label, vocabulary.pattern)
    where amount.table_type in ('revenue_expenditure_summary', 'fiscal_appropriation_summary')
    qualify row_number() over (partition by amount.amount_key order by vocabulary.priority) = 1
),

total as (
    select
        amount_key,
        case
            when regexp_matches(row_label, '^人员经费(合计|小计)$') then 'personnel_total'
            when regexp_matches(row_label, '^公用经费(合计|小计)$') then 'public_total'
            else 'total'
        end as item,
        true as is_row
    from {{ ref('int_amount') }}
    where
        table_type not in ('three_public', 'revenue_expenditure_summary', 'fiscal_appropriation_summary')
        and row_role in ('total', 'subtotal')
        and item_code = ''
        and agency_code = ''
        and (row_role = 'total' or regexp_matches(row_label, '^(人员|公用)经费(合计|小计)$'))
)

select * from three_public
union all
select * from summary
union all
select * from total
