-- I13, I14 and I21: sums of one table that another prints as a column: projects, in all and of each subject, and the
-- running expenses of an agency.
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

-- The projects of one subject: its code stands in the row, or before its name (2011308 招商引资).
subject as (
    select
        amount.edition_key,
        amount.table_ordinal,
        any_value(amount.table_title) as table_title,
        coalesce(
            nullif(regexp_extract(amount.item_code, '^2[0-9]{6}$'), ''),
            nullif(regexp_extract(amount.item_code_2, '^2[0-9]{6}$'), ''),
            nullif(regexp_extract(amount.item_label_2, '^(2[0-9]{6})[^0-9]', 1), '')
        ) as code,
        sum(amount.amount_yuan) as amount_yuan,
        sum(amount.half_step_yuan) as half_yuan,
        string_agg(amount.value_text, ' + ' order by amount.row) as text,
        any_value(amount.unit) as unit
    from {{ ref('int_amount') }} as amount
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('amount', 'headline') }}
            and headline.nature in ('all', 'project')
            and headline.is_representative
    where
        amount.table_type = 'project_expenditure'
        and amount.row_role = 'leaf'
        and coalesce(amount.phase, 'budget') = 'budget'
    group by amount.edition_key, amount.table_ordinal, code
    having code is not null
),

-- All of them, to be compared with a table that spends the same on projects in all.
subjects as (
    select
        edition_key,
        table_ordinal,
        sum(amount_yuan) as amount_yuan,
        sum(half_yuan) as half_yuan
    from subject
    group by edition_key, table_ordinal
),

item as (
    select
        subject.*,
        coded.table_title as whole_title,
        coded.item_label,
        coded.amount_yuan as whole_yuan,
        coded.half_step_yuan as whole_half_yuan,
        coded.value_text || ' ' || coded.unit as whole_text,
        coded.is_repeated,
        abs(subjects.amount_yuan - whole.amount_yuan) <= subjects.half_yuan + whole.half_step_yuan as is_of_the_same
    from subject
    inner join subjects
        on subject.edition_key = subjects.edition_key and subject.table_ordinal = subjects.table_ordinal
    inner join {{ ref('int_code_row') }} as coded
        on subject.edition_key = coded.edition_key and subject.code = coded.item_code
    inner join {{ ref('int_column') }} as headline
        on
            {{ in_column('coded', 'headline') }}
            and headline.nature = 'project'
            and headline.is_representative
    inner join total as whole
        on
            coded.edition_key = whole.edition_key
            and coded.table_ordinal = whole.table_ordinal
            and whole.nature = 'project'
    where coded.table_type in ('expenditure_summary', 'general_public_expenditure')
    qualify row_number() over (
        partition by subject.edition_key, subject.table_ordinal, subject.code
        order by is_of_the_same desc, coded.table_ordinal
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
    'I14' as check_id,
    edition_key,
    table_ordinal,
    table_title || ' · ' || code || ' ' || item_label || ' = ' || whole_title || ' · 项目支出' as subject,
    whole_yuan as expected_yuan,
    amount_yuan as found_yuan,
    half_yuan + whole_half_yuan as envelope_yuan,
    text || ' ' || unit || '; ' || whole_text as detail,
    is_of_the_same and not is_repeated as is_evaluable,
    'the list is not of all projects that the other table sums up' as reason,
    -- In all they are the same: two ways to sort them.
    'definition' as cause
from item
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
