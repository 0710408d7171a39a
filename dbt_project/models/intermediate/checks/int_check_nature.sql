-- I05 (合计 = 基本 + 项目 + …) in every row of the expenditure tables; I06 (基本 = 人员 + 公用) in every row that has them.
with cell as (
    select
        amount.*,
        headline.nature as kind,
        headline.is_representative,
        bool_or(headline.is_representative) over (
            partition by amount.edition_key, amount.table_ordinal, headline.nature
        ) as has_representative
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('amount', 'headline') }}
    where
        amount.side is null
        and amount.table_type in (
            'expenditure_summary', 'general_public_expenditure', 'fiscal_appropriation_expenditure',
            'government_fund_expenditure', 'state_capital_expenditure', 'general_public_basic_expenditure',
            'fiscal_appropriation_basic_expenditure', 'basic_expenditure'
        )
),

-- The 小计 of a nature stands for its parts.
counted as (
    select *
    from cell
    where is_representative or not has_representative or kind = 'all'
),

-- noqa: disable=LT02
-- The rule of indentation does not know loops.
gathered as (
    select
        edition_key,
        table_ordinal,
        row,
        any_value(table_title) as table_title,
        any_value(table_type) as table_type,
        any_value(concat_ws(' ', nullif(item_code, ''), item_label, nullif(item_label_2, ''))) as label,
        {%- for nature in ['all', 'basic'] %}
        any_value(amount_yuan) filter (where kind = '{{ nature }}' and is_representative) as {{ nature }}_yuan,
        any_value(half_step_yuan) filter (where kind = '{{ nature }}' and is_representative)
            as {{ nature }}_half_yuan,
        any_value(value_text) filter (where kind = '{{ nature }}' and is_representative) as {{ nature }}_text,
        {%- endfor %}
        {%- for group, natures in {
            'nature': "'basic', 'project', 'operating', 'remittance', 'subsidy', 'reserve'",
            'part': "'personnel', 'public'"
        }.items() %}
        sum(amount_yuan) filter (where kind in ({{ natures }})) as {{ group }}_yuan,
        sum(half_step_yuan) filter (where kind in ({{ natures }})) as {{ group }}_half_yuan,
        string_agg(value_text, ' + ' order by col)
            filter (where kind in ({{ natures }})) as {{ group }}_text,
        {%- endfor %}
        any_value(unit) as unit
    from counted
    group by all
),

-- A column whose header names no known nature may be part of the sum, so may 结转下年.
unknown_column as (
    select distinct
        amount.edition_key,
        amount.table_ordinal,
        amount.row
    from {{ ref('int_amount') }} as amount
    left join counted on amount.amount_key = counted.amount_key
    where
        amount.side is null
        and counted.amount_key is null
        and coalesce(amount.nature, '') not in (
            'basic', 'project', 'operating', 'remittance', 'subsidy', 'reserve', 'personnel', 'public'
        )
),

-- Only tables that print both sides of the identity somewhere.
printed as (
    select
        edition_key,
        table_ordinal,
        bool_or(kind = 'basic' and is_representative) as has_basic,
        bool_or(kind = 'project') as has_project,
        bool_or(kind = 'personnel') and bool_or(kind = 'public') as has_parts
    from counted
    group by all
)

select
    'I05' as check_id,
    row_of.edition_key,
    row_of.table_ordinal,
    row_of.table_title || ' · ' || row_of.label || ' · 合计 = 基本支出 + 项目支出 + …' as subject,
    row_of.nature_yuan as expected_yuan,
    row_of.all_yuan as found_yuan,
    row_of.all_half_yuan + row_of.nature_half_yuan as envelope_yuan,
    row_of.all_text || '; ' || row_of.nature_text || ' (' || row_of.unit || ')' as detail,
    unknown_column.row is null as is_evaluable
from gathered as row_of
inner join printed
    on row_of.edition_key = printed.edition_key and row_of.table_ordinal = printed.table_ordinal
left join unknown_column
    on
        row_of.edition_key = unknown_column.edition_key
        and row_of.table_ordinal = unknown_column.table_ordinal
        and row_of.row = unknown_column.row
where printed.has_basic and printed.has_project and row_of.all_yuan is not null and row_of.nature_yuan is not null
union all
select
    'I06' as check_id,
    row_of.edition_key,
    row_of.table_ordinal,
    row_of.table_title || ' · ' || row_of.label || ' · 基本支出 = 人员经费 + 公用经费' as subject,
    row_of.part_yuan as expected_yuan,
    coalesce(row_of.basic_yuan, row_of.all_yuan) as found_yuan,
    coalesce(row_of.basic_half_yuan, row_of.all_half_yuan) + row_of.part_half_yuan as envelope_yuan,
    coalesce(row_of.basic_text, row_of.all_text) || '; ' || row_of.part_text || ' (' || row_of.unit || ')' as detail,
    unknown_column.row is null as is_evaluable
from gathered as row_of
inner join printed
    on row_of.edition_key = printed.edition_key and row_of.table_ordinal = printed.table_ordinal
left join unknown_column
    on
        row_of.edition_key = unknown_column.edition_key
        and row_of.table_ordinal = unknown_column.table_ordinal
        and row_of.row = unknown_column.row
where
    printed.has_parts
    and row_of.part_yuan is not null
    and (row_of.basic_yuan is not null or (row_of.table_type like '%basic_expenditure' and row_of.all_yuan is not null))
