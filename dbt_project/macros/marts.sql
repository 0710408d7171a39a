{# The marts, written once: as of a moment, an SQL expression. A mart is this at the end of time; its `_as_of` macro is
   this at a moment given by the analyst. Only core tables are named, without their database, so that both work in the
   published file whatever its name. #}

{% macro as_of_relation(name) -%}
    {{ (ref(name) | string).split('.')[-2:] | join('.') }}
{%- endmacro %}

{% macro versions_at(moment) -%}
    select *
    from {{ as_of_relation('dim_document_version') }}
    where
        recorded_from <= cast({{ moment }} as timestamptz)
        and coalesce(recorded_to > cast({{ moment }} as timestamptz), true)
{%- endmacro %}

{# Creates `marts.<name>_as_of(ts)`; used as a post-hook of the mart. #}
{% macro create_as_of(name, body) -%}
    create or replace macro {{ this.schema }}.{{ name }}_as_of(ts) as table
    {{ body }}
{%- endmacro %}


{% macro agency_year(moment) -%}
with version as ({{ versions_at(moment) }}),

disclosure as ({{ named_disclosures() }}),

-- Several documents of one disclosure: the figure of the table that comes first, then of the newest document.
measure as (
    select
        version.disclosure_key,
        fact.measure,
        arg_min(
            fact.amount_yuan, {priority: fact.priority, age: -epoch_us(version.recorded_from), key: coalesce(fact.amount_key, fact.statement_key)}
        ) as amount_yuan
    from version
    inner join {{ as_of_relation('fct_measure') }} as fact on version.document_sha256 = fact.document_sha256
    group by all
),

figure as (
    select
        disclosure_key
        {%- for name in ['revenue_total', 'expenditure_total', 'basic', 'project', 'personnel', 'public', 'three_public',
            'abroad', 'vehicle', 'vehicle_purchase', 'vehicle_running', 'reception', 'operating_expenses'] %},
        any_value(amount_yuan) filter (where measure = '{{ name }}') as {{ name }}_yuan
        {%- endfor %}
    from measure
    group by disclosure_key
)

select
    disclosure.* exclude (agency_key),
    figure.* exclude (disclosure_key)
from disclosure
left join figure on disclosure.disclosure_key = figure.disclosure_key
where disclosure.disclosure_key in (select version.disclosure_key from version)
{%- endmacro %}

{# What names a disclosure in every mart; joined as `disclosure`. #}
{% macro named_disclosures() -%}
    select
        disclosure.disclosure_key,
        disclosure.region_code,
        region.region_name,
        disclosure.agency_key,
        agency.agency_name,
        coalesce(agency.dept_type, 'unrecognised') as dept_type,
        disclosure.fiscal_year,
        disclosure.phase,
        disclosure.scope
    from {{ as_of_relation('dim_disclosure') }} as disclosure
    left join {{ as_of_relation('dim_region') }} as region on disclosure.region_code = region.region_code
    left join {{ as_of_relation('dim_agency') }} as agency on disclosure.agency_key = agency.agency_key
{%- endmacro %}

{% macro expenditure_by_function(moment) -%}
with version as ({{ versions_at(moment) }}),

disclosure as ({{ named_disclosures() }}),

-- One document speaks for a disclosure: one with 支出总表, of these the newest.
chosen as (
    select
        version.disclosure_key,
        fact.document_sha256
    from version
    inner join {{ as_of_relation('fct_expenditure_func') }} as fact
        on version.document_sha256 = fact.document_sha256
    qualify row_number() over (
        partition by version.disclosure_key
        order by fact.table_type = 'expenditure_summary' desc, version.recorded_from desc, fact.document_sha256
    ) = 1
)

select
    disclosure.disclosure_key,
    disclosure.region_code,
    disclosure.region_name,
    disclosure.agency_name,
    disclosure.dept_type,
    disclosure.fiscal_year,
    disclosure.phase,
    disclosure.scope,
    fact.exp_func_code,
    fact.exp_func_name,
    fact.level,
    fact.basic_yuan,
    fact.project_yuan,
    fact.amount_yuan,
    fact.is_leaf,
    fact.is_derived,
    fact.document_sha256
from chosen
inner join {{ as_of_relation('fct_expenditure_func') }} as fact on chosen.document_sha256 = fact.document_sha256
inner join disclosure on chosen.disclosure_key = disclosure.disclosure_key
{%- endmacro %}

{% macro project_history(moment) -%}
with version as ({{ versions_at(moment) }}),

disclosure as ({{ named_disclosures() }}),

-- The lines of one project in one table type of one document; several units may share a name.
printed as (
    select
        disclosure.region_code,
        disclosure.region_name,
        disclosure.agency_key,
        disclosure.agency_name,
        disclosure.dept_type,
        disclosure.fiscal_year,
        disclosure.phase,
        disclosure.scope,
        project.line_name,
        fact.table_type,
        fact.document_sha256,
        max(version.recorded_from) as recorded_from,
        bool_or(project.is_contained) as is_contained,
        any_value(fact.project_name) as project_name,
        any_value(fact.pro_code) as pro_code,
        sum(fact.budget_yuan) as budget_yuan
    from (select distinct document_sha256, disclosure_key, recorded_from from version) as version
    inner join {{ as_of_relation('fct_project') }} as fact on version.document_sha256 = fact.document_sha256
    inner join {{ as_of_relation('dim_project') }} as project on fact.project_key = project.project_key
    inner join disclosure on version.disclosure_key = disclosure.disclosure_key
    where
        fact.table_type <> 'project_expenditure_carryover'
        and disclosure.agency_key is not null
        and disclosure.fiscal_year is not null
    group by all
),

-- One figure a year: the form of the project before the table of projects, the department before the unit.
yearly as (
    select *
    from printed
    where budget_yuan is not null
    qualify row_number() over (
        partition by agency_key, line_name, phase, fiscal_year
        order by
            table_type = 'project_performance' desc, scope = 'department' desc nulls last, recorded_from desc,
            document_sha256, table_type
    ) = 1
)

select
    region_code,
    region_name,
    agency_name,
    dept_type,
    line_name as project_line,
    phase,
    fiscal_year,
    project_name,
    pro_code,
    cast(budget_yuan as decimal(20, 2)) as budget_yuan,
    lag(fiscal_year) over line as previous_fiscal_year,
    lag(project_name) over line as previous_project_name,
    cast(lag(budget_yuan) over line as decimal(20, 2)) as previous_budget_yuan,
    cast(budget_yuan - lag(budget_yuan) over line as decimal(20, 2)) as change_yuan,
    case
        when lag(fiscal_year) over line is null then null
        when is_contained or lag(is_contained) over line then 'contained_name'
        else 'same_name'
    end as match_rule,
    table_type,
    document_sha256
from yearly
window line as (partition by agency_key, line_name, phase order by fiscal_year)
{%- endmacro %}

{% macro version_diff(moment) -%}
with disclosure as ({{ named_disclosures() }}),

-- Two files that stood under one address, one after the other.
replacement as (
    select
        url,
        document_sha256 as after_sha256,
        disclosure_key,
        recorded_from as replaced_at,
        lag(document_sha256) over (partition by url order by recorded_from) as before_sha256
    from {{ as_of_relation('dim_document_version') }}
    where recorded_from <= cast({{ moment }} as timestamptz)
    qualify before_sha256 is not null and before_sha256 <> after_sha256
),

-- An amount is known by what it says, not by where it stands; equal names are told apart by their order.
amount as (
    select
        document_sha256,
        table_type,
        side,
        item_code,
        item_label,
        item_code_2,
        item_label_2,
        agency_code,
        column_path,
        amount_key,
        table_title,
        value_text,
        amount_yuan,
        row_number() over (
            partition by
                document_sha256, table_type, side, item_code, item_label, item_code_2, item_label_2, agency_code, column_path
            order by table_ordinal, row, col
        ) as occurrence
    from {{ as_of_relation('fct_amount') }}
),

before_amount as (
    select
        replacement.url,
        replacement.replaced_at,
        amount.*
    from replacement
    inner join amount on replacement.before_sha256 = amount.document_sha256
),

after_amount as (
    select
        replacement.url,
        replacement.replaced_at,
        amount.*
    from replacement
    inner join amount on replacement.after_sha256 = amount.document_sha256
),

compared as (
    select
        coalesce(old.url, new.url) as url,
        coalesce(old.replaced_at, new.replaced_at) as replaced_at,
        case when old.amount_key is null then 'added' when new.amount_key is null then 'removed' else 'changed' end as change,
        coalesce(new.table_type, old.table_type) as table_type,
        coalesce(new.table_title, old.table_title) as table_title,
        coalesce(new.side, old.side) as side,
        coalesce(new.item_code, old.item_code) as item_code,
        coalesce(new.item_label, old.item_label) as item_label,
        coalesce(new.column_path, old.column_path) as column_path,
        old.value_text as before_text,
        new.value_text as after_text,
        old.amount_yuan as before_yuan,
        new.amount_yuan as after_yuan,
        old.amount_key as before_amount_key,
        new.amount_key as after_amount_key
    from before_amount as old
    full outer join after_amount as new
        on
            old.url = new.url
            and old.replaced_at = new.replaced_at
            and old.table_type = new.table_type
            and old.side is not distinct from new.side
            and old.item_code = new.item_code
            and old.item_label = new.item_label
            and old.item_code_2 = new.item_code_2
            and old.item_label_2 = new.item_label_2
            and old.agency_code = new.agency_code
            and old.column_path = new.column_path
            and old.occurrence = new.occurrence
    where old.amount_yuan is distinct from new.amount_yuan
)

select
    disclosure.disclosure_key,
    disclosure.region_code,
    disclosure.region_name,
    disclosure.agency_name,
    disclosure.fiscal_year,
    disclosure.phase,
    compared.url,
    replacement.before_sha256,
    replacement.after_sha256,
    compared.replaced_at,
    compared.* exclude (url, replaced_at),
    cast(coalesce(compared.after_yuan, 0) - coalesce(compared.before_yuan, 0) as decimal(20, 2)) as delta_yuan
from compared
inner join replacement on compared.url = replacement.url and compared.replaced_at = replacement.replaced_at
inner join disclosure on replacement.disclosure_key = disclosure.disclosure_key
{%- endmacro %}

{% macro coverage(moment) -%}
with version as ({{ versions_at(moment) }}),

disclosure as ({{ named_disclosures() }}),

document as (
    select
        version.disclosure_key,
        min(version.published_on) as published_on,
        min(version.recorded_from) as first_recorded_at,
        count(distinct version.document_sha256) as document_count,
        count(distinct version.document_sha256) filter (where file.outcome = 'read') as documents_read,
        count(distinct version.document_sha256) filter (where file.outcome not in ('read', 'unread')) as documents_unreadable,
        count(distinct version.document_sha256) filter (where file.outcome = 'unread') as documents_unread
    from version
    inner join {{ as_of_relation('dim_document') }} as file on version.document_sha256 = file.document_sha256
    group by version.disclosure_key
),

found as (
    select distinct
        version.disclosure_key,
        recognised.table_type
    from version
    inner join {{ as_of_relation('fct_table') }} as recognised
        on version.document_sha256 = recognised.document_sha256
),

present as (
    select
        disclosure_key,
        list(table_type order by table_type) as table_types
    from found
    group by disclosure_key
),

missing as (
    select
        document.disclosure_key,
        list(wanted.expected order by wanted.expected) as missing_table_types
    from document
    cross join (select distinct expected from {{ as_of_relation('dim_expected_table') }}) as wanted
    where
        (document.disclosure_key, wanted.expected) not in (
            select
                found.disclosure_key,
                expected_table.expected
            from found
            inner join {{ as_of_relation('dim_expected_table') }} as expected_table
                on found.table_type = expected_table.table_type
        )
    group by document.disclosure_key
)

select
    disclosure.disclosure_key,
    disclosure.region_code,
    disclosure.region_name,
    disclosure.agency_name,
    disclosure.dept_type,
    disclosure.fiscal_year,
    disclosure.phase,
    disclosure.scope,
    document.published_on,
    document.first_recorded_at,
    document.document_count,
    document.documents_read,
    document.documents_unreadable,
    document.documents_unread,
    coalesce(present.table_types, []) as table_types,
    coalesce(missing.missing_table_types, []) as missing_table_types
from document
inner join disclosure on document.disclosure_key = disclosure.disclosure_key
left join present on document.disclosure_key = present.disclosure_key
left join missing on document.disclosure_key = missing.disclosure_key
{%- endmacro %}

{% macro data_quality(moment) -%}
with version as (
    select distinct
        disclosure_key,
        document_sha256
    from ({{ versions_at(moment) }})
),

disclosure as ({{ named_disclosures() }}),

tables as (
    select
        version.disclosure_key,
        count(*) as table_count,
        count(*) filter (where recognised.table_type = 'unrecognised') as unrecognised_tables,
        sum(recognised.amount_count) as amount_count
    from version
    inner join {{ as_of_relation('fct_table') }} as recognised
        on version.document_sha256 = recognised.document_sha256
    group by version.disclosure_key
),

checks as (
    select
        version.disclosure_key,
        count(*) filter (where result.status = 'held') as checks_held,
        count(*) filter (where result.status = 'failed') as checks_failed,
        count(*) filter (where result.status = 'not_evaluated') as checks_not_evaluated,
        {%- for cause in ['extraction', 'source', 'definition', 'rounding', 'unknown'] %}
        count(*) filter (where result.status = 'failed' and result.cause = '{{ cause }}') as failed_{{ cause }},
        {%- endfor %}
        count(*) filter (where result.status = 'held' and result.cause = 'rounding') as held_with_rounding
    from version
    inner join {{ as_of_relation('fct_check_result') }} as result on version.document_sha256 = result.document_sha256
    group by version.disclosure_key
),

notices as (
    select
        version.disclosure_key,
        count(*) as notice_count
    from version
    inner join {{ as_of_relation('fct_notice') }} as notice on version.document_sha256 = notice.document_sha256
    group by version.disclosure_key
)

select
    disclosure.disclosure_key,
    disclosure.region_code,
    disclosure.region_name,
    disclosure.agency_name,
    disclosure.fiscal_year,
    disclosure.phase,
    disclosure.scope,
    {%- for column in ['tables.table_count', 'tables.unrecognised_tables', 'tables.amount_count', 'notices.notice_count',
        'checks.checks_held', 'checks.checks_failed', 'checks.checks_not_evaluated', 'checks.failed_extraction',
        'checks.failed_source', 'checks.failed_definition', 'checks.failed_rounding', 'checks.failed_unknown',
        'checks.held_with_rounding'] %}
    cast(coalesce({{ column }}, 0) as bigint) as {{ column.split('.')[1] }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from (select distinct version.disclosure_key from version) as current_disclosure
inner join disclosure on current_disclosure.disclosure_key = disclosure.disclosure_key
left join tables on disclosure.disclosure_key = tables.disclosure_key
left join checks on disclosure.disclosure_key = checks.disclosure_key
left join notices on disclosure.disclosure_key = notices.disclosure_key
{%- endmacro %}
