-- I13 and I21: totals of one table that another prints as a column: projects, and the running expenses of an agency.
with total as (
    select * from {{ ref('int_table_total') }}
),

project as (
    select
        list.edition_key,
        list.table_ordinal,
        list.table_title,
        list.amount_yuan,
        list.half_step_yuan,
        list.value_text || ' ' || list.unit as text,
        whole.table_title as whole_title,
        whole.amount_yuan as whole_yuan,
        whole.half_step_yuan as whole_half_yuan,
        whole.value_text || ' ' || whole.unit as whole_text,
        -- A list of the projects that fiscal money pays for is one of a fund, whatever its title says.
        exists(
            select 1
            from total as fund
            where
                list.edition_key = fund.edition_key
                and fund.nature = 'project'
                and fund.table_type in ('general_public_expenditure', 'fiscal_appropriation_expenditure')
                and abs(list.amount_yuan - fund.amount_yuan) <= list.half_step_yuan + fund.half_step_yuan
        ) as is_of_a_fund
    from total as list
    inner join total as whole
        on
            list.edition_key = whole.edition_key
            and whole.nature = 'project'
            and whole.table_type = if(
                list.table_type = 'project_expenditure', 'expenditure_summary', 'general_public_expenditure'
            )
    where
        list.table_type in ('project_expenditure', 'general_public_project_expenditure')
        and list.nature = 'all'
        and coalesce(list.phase, 'budget') = 'budget'
    qualify row_number() over (
        partition by list.edition_key, list.table_ordinal order by whole.table_ordinal
    ) = 1
),

running as (
    select
        measure.edition_key,
        coalesce(amount.table_ordinal, public_total.table_ordinal) as table_ordinal,
        coalesce(amount.table_title, '正文') as title,
        measure.amount_yuan,
        -- Prose gives at best two decimals of 万元.
        coalesce(amount.half_step_yuan, 50) as half_yuan,
        public_total.amount_yuan as public_yuan,
        public_total.half_step_yuan as public_half_yuan,
        public_total.table_title as public_title,
        public_total.value_text || ' ' || public_total.unit as public_text
    from {{ ref('int_measure') }} as measure
    inner join total as public_total
        on
            measure.edition_key = public_total.edition_key
            and public_total.table_type = 'general_public_basic_expenditure'
            and public_total.nature = 'public'
    left join {{ ref('int_amount') }} as amount on measure.amount_key = amount.amount_key
    where measure.measure = 'operating_expenses' and coalesce(public_total.phase, 'budget') = 'budget'
    qualify row_number() over (partition by measure.edition_key order by public_total.table_ordinal) = 1
)

select
    'I13' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · 合计 = ' || whole_title || ' · 项目支出' as subject,
    whole_yuan as expected_yuan,
    amount_yuan as found_yuan,
    half_step_yuan + whole_half_yuan as envelope_yuan,
    text || '; ' || whole_text as detail,
    not is_of_a_fund and not regexp_matches(table_title, '重点|主要|部分|一级') as is_evaluable,
    'the list is of some projects: of one fund, or those that matter most' as reason
from project
union all by name
select
    'I21' as check_id,
    edition_key,
    table_ordinal,
    title || ' · 机关运行经费 = ' || public_title || ' · 公用经费' as subject,
    public_yuan as expected_yuan,
    amount_yuan as found_yuan,
    half_yuan + public_half_yuan as envelope_yuan,
    amount_yuan || ' (元); ' || public_text as detail,
    amount_yuan > public_yuan as is_evaluable,
    '公用经费 takes in that of institutions, which are no 机关' as reason,
    'definition' as cause
from running
