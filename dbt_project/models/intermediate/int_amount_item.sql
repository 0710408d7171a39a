-- What a row (or, in a table with the items as headers, a column) stands for, by the vocabularies of the seeds.
with three_public_label as (
    select
        amount.amount_key,
        amount.edition_key,
        amount.table_ordinal,
        amount.is_subtotal_column,
        unnest([ -- noqa: AL03
            { label: amount.row_label, is_row: true }, { label: amount.column_label, is_row: false }
        ], recursive := true)
    from {{ ref('int_amount') }} as amount
    where amount.table_type = 'three_public'
),

three_public_match as (
    select
        label.*,
        vocabulary.item
    from three_public_label as label
    inner join {{ ref('three_public_item') }} as vocabulary
        on
            regexp_matches(label.label, vocabulary.pattern)
            -- 2026年预算数/合计 is a total although the header that it stands under says nothing.
            or (vocabulary.item = 'plain_total' and label.is_subtotal_column and not label.is_row)
    qualify row_number() over (
        partition by label.amount_key, label.is_row order by vocabulary.priority, vocabulary.item
    ) = 1
),

three_public_layout as (
    select
        *,
        bool_or(not is_row and item in ('abroad', 'vehicle', 'vehicle_purchase', 'vehicle_running', 'reception'))
            over (partition by edition_key, table_ordinal) as has_items_as_headers
    from three_public_match
),

-- A table has its items as headers (one row, or one for each unit) or as rows; the other side names funds or years.
three_public as (
    select
        amount_key,
        'three_public.' || item as item,
        is_row
    from three_public_layout
    where is_row <> has_items_as_headers
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

-- A table with its items as headers has one row, without a name: its total.
only_row as (
    select
        edition_key,
        table_ordinal
    from {{ ref('int_cell') }}
    where table_type in ('expenditure_summary', 'revenue_summary')
    group by all
    having count(distinct row) = 1 and max(item_code || item_label) = ''
),

total as (
    select
        amount.amount_key,
        case
            when regexp_matches(amount.row_label, '^人员经费(合计|小计)$') then 'personnel_total'
            when regexp_matches(amount.row_label, '^公用经费(合计|小计)$') then 'public_total'
            -- Hunan prints a table for each class of the basic expenditure: its total is none of all.
            when not ends_with(amount.table_type, 'basic_expenditure') then 'total'
            when regexp_matches(amount.table_title, '工资福利|商品和服务|个人和家庭') then 'class_total'
            when contains(amount.table_title, '人员经费') and not contains(amount.table_title, '公用经费')
                then 'personnel_total'
            when contains(amount.table_title, '公用经费') and not contains(amount.table_title, '人员')
                then 'public_total'
            else 'total'
        end as item,
        true as is_row
    from {{ ref('int_amount') }} as amount
    left join only_row
        on amount.edition_key = only_row.edition_key and amount.table_ordinal = only_row.table_ordinal
    where
        amount.table_type not in ('three_public', 'revenue_expenditure_summary', 'fiscal_appropriation_summary')
        and amount.item_code = ''
        and amount.agency_code = ''
        and (
            amount.row_role = 'total'
            or only_row.table_ordinal is not null
            or (amount.row_role = 'subtotal' and regexp_matches(amount.row_label, '^(人员|公用)经费(合计|小计)$'))
        )
)

select * from three_public
union all
select * from summary
union all
select * from total
