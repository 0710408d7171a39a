-- Expenditure by function of each edition of a document: of 支出总表, where that is missing of 一般公共预算支出表. Where a
-- table prints leaf rows only, its classes and sections are summed and marked derived; printed rows are never replaced.
with chosen_table as (
    select distinct
        edition_key,
        table_ordinal
    from {{ ref('int_code_row') }}
    where
        classification = 'function'
        and table_type in ('expenditure_summary', 'fiscal_appropriation_expenditure', 'general_public_expenditure')
    qualify dense_rank() over (
        partition by edition_key
        order by
            case table_type when 'expenditure_summary' then 1 when 'fiscal_appropriation_expenditure' then 2 else 3 end,
            table_ordinal
    ) = 1
),

cell as (
    select
        coded.edition_key,
        coded.table_ordinal,
        coded.table_type,
        coded.item_code as code,
        coded.item_label as name,
        coded.is_leaf_code,
        coded.amount_key,
        coded.amount_yuan,
        headline.nature
    from {{ ref('int_code_row') }} as coded
    inner join chosen_table
        on
            coded.edition_key = chosen_table.edition_key
            and coded.table_ordinal = chosen_table.table_ordinal
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('coded', 'headline') }}
            and headline.is_representative
            and headline.nature in ('all', 'basic', 'project')
),

printed as (
    select
        edition_key,
        table_ordinal,
        table_type,
        code,
        any_value(name) as name,
        {%- for nature in ['basic', 'project', 'all'] %}
            sum(amount_yuan) filter (where nature = '{{ nature }}') as {{ nature }}_yuan,
        {%- endfor %}
        any_value(is_leaf_code) as is_leaf_code,
        false as is_derived
    from cell
    group by all
),

digits as (
    select unnest([3, 5]) as length
),

missing as (
    select distinct
        leaf.edition_key,
        leaf.table_ordinal,
        leaf.table_type,
        left(leaf.code, digits.length) as code
    from printed as leaf
    cross join digits
    where
        leaf.is_leaf_code
        and length(leaf.code) > digits.length
        and (leaf.edition_key, left(leaf.code, digits.length)) not in (
            select
                present.edition_key,
                present.code
            from printed as present
        )
),

derived as (
    select
        missing.edition_key,
        missing.table_ordinal,
        missing.table_type,
        missing.code,
        cast(null as varchar) as name,
        sum(leaf.basic_yuan) as basic_yuan,
        sum(leaf.project_yuan) as project_yuan,
        sum(leaf.all_yuan) as all_yuan,
        false as is_leaf_code,
        true as is_derived
    from missing
    inner join printed as leaf
        on
            missing.edition_key = leaf.edition_key
            and leaf.is_leaf_code
            and starts_with(leaf.code, missing.code)
    group by all
),

every as (
    select * from printed
    union all
    select * from derived
)

select
    every.edition_key,
    every.table_ordinal,
    every.table_type,
    every.code as exp_func_code,
    -- A derived row has no printed name.
    every.name as exp_func_name,
    cast((length(every.code) - 1) / 2 as integer) as level,
    cast(every.basic_yuan as decimal(20, 2)) as basic_yuan,
    cast(every.project_yuan as decimal(20, 2)) as project_yuan,
    cast(every.all_yuan as decimal(20, 2)) as amount_yuan,
    every.is_leaf_code as is_leaf,
    every.is_derived
from every
