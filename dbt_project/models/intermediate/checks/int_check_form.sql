-- I15 and I16: the plan of payments and the parts of the budget, in the form of each project.
with project as (
    select
        *,
        {{ yuan_per('unit') }} as unit_yuan,
        -- Plans are printed as they add up: the last one is the whole.
        list_filter(plan_texts, text -> text <> '')[-1] as last_text,
        {{ printed_number('last_text') }} as last_plan
    from {{ ref('int_project') }}
),

read_both_ways as (
    select
        *,
        cast(last_plan * unit_yuan as decimal(28, 6)) as money_yuan,
        cast(budget_yuan * last_plan * 0.01 as decimal(28, 6)) as share_yuan,
        -- Half of the last printed digit; forms print two.
        0.005 * unit_yuan as half_yuan
    from project
    where last_plan is not null and budget_yuan is not null
),

-- A column headed % may hold money: the plans of a document say together what it is.
plan as (
    select
        *,
        not contains(last_text, '%')
        and count(*) filter (where abs(money_yuan - budget_yuan) <= 2 * half_yuan) over (partition by edition_key)
        > count(*) filter (where abs(last_plan - 100) < 0.005) over (partition by edition_key) as is_money
    from read_both_ways
)

select
    'I15' as check_id,
    edition_key,
    table_ordinal,
    project_name || ' · ' || plan_header || ' = 预算' as subject,
    budget_yuan as expected_yuan,
    if(is_money, money_yuan, share_yuan) as found_yuan,
    if(is_money, 2 * half_yuan, budget_yuan * 0.00005 + 0.01) as envelope_yuan,
    last_text || if(is_money and contains(plan_header, '%'), ' (money under a header of per cent)', '')
    || '; ' || budget_yuan || ' (元)' as detail,
    true as is_evaluable,
    'source' as cause
from plan
union all by name
select
    'I16' as check_id,
    edition_key,
    table_ordinal,
    project_name || ' · 预算数 = 财政资金 + 其他资金' as subject,
    coalesce(fiscal_yuan, 0) + coalesce(other_yuan, 0) as expected_yuan,
    budget_yuan as found_yuan,
    0.005 * unit_yuan * (1 + cast(fiscal_yuan is not null as integer) + cast(other_yuan is not null as integer))
        as envelope_yuan,
    budget_yuan || '; ' || concat_ws(' + ', fiscal_yuan, other_yuan) || ' (元)' as detail,
    other_yuan is not null as is_evaluable,
    'only the fiscal part is printed' as reason
from project
where budget_yuan is not null and coalesce(fiscal_yuan, other_yuan) is not null
