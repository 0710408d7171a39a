{# The marts, written once: as of a moment, an SQL expression. A mart is this at the end of time; its `_as_of` macro is
   this at a moment given by the analyst. Only tables of core and past are named, without their database, so that both
   work in the published file whatever its name. #}

{% macro as_of_relation(name) -%}
    {{ (ref(name) | string).split('.')[-2:] | join('.') }}
{%- endmacro %}

{# Creates `marts.<name>_as_of(ts)`; used as a post-hook of the mart. #}
{% macro create_as_of(name, body) -%}
    create or replace macro {{ this.schema }}.{{ name }}_as_of(ts) as table
    {{ body }}
{%- endmacro %}

{% macro holds_at(relation, moment) -%}
    {{ relation }}.recorded_from <= cast({{ moment }} as timestamptz)
        and coalesce({{ relation }}.recorded_to > cast({{ moment }} as timestamptz), true)
{%- endmacro %}

{# Facts of every edition; a document's own row of documents_at says which edition holds. #}
{% macro facts_of_editions(name) -%}
    (
        select
            document_sha256 as edition_key,
            *
        from {{ as_of_relation('fct_' ~ name) }}
        union all by name
        select * from {{ as_of_relation('past_' ~ name) }}
    )
{%- endmacro %}

{# The fullest name stands for all that were known; the name of an own unit (本级) only where there is no other. #}
{% macro agencies_at(moment) -%}
    select
        agency_key,
        arg_min(
            agency_name,
            {
                is_unit: agency_name like '%本级' or agency_name like '%机关', shortness: -length(agency_name),
                name: agency_name
            }
        ) as agency_name,
        any_value(region_code) as region_code,
        any_value(dept_type) as dept_type
    from {{ as_of_relation('dim_agency_name') }}
    where recorded_from <= cast({{ moment }} as timestamptz)
    group by agency_key
{%- endmacro %}

{# The documents that were seen until a moment, one row each, with what was known of them then: the edition of their
   facts, their disclosure and its names, and whether they stood on the site. Every mart begins here. #}
{% macro documents_at(moment) -%}
    select
        document.edition_key,
        document.document_sha256,
        document.first_recorded_at,
        document.published_on,
        document.disclosure_key,
        document.region_code,
        region.region_name,
        document.agency_key,
        agency.agency_name,
        coalesce(agency.dept_type, 'unrecognised') as dept_type,
        document.fiscal_year,
        document.phase,
        document.scope,
        document.document_sha256 in (
            select version.document_sha256
            from {{ as_of_relation('dim_document_version') }} as version
            where {{ holds_at('version', moment) }}
        ) as stands
    from {{ as_of_relation('dim_document_history') }} as document
    left join {{ as_of_relation('dim_region') }} as region on document.region_code = region.region_code
    left join ({{ agencies_at(moment) }}) as agency on document.agency_key = agency.agency_key
    where {{ holds_at('document', moment) }}
{%- endmacro %}

{# The same of those that stood, and their disclosures: the first two tables of most marts. #}
{% macro standing_at(moment) -%}
document as (
    select *
    from ({{ documents_at(moment) }}) as known
    where stands
),

disclosure as (
    select distinct
        disclosure_key,
        region_code,
        region_name,
        agency_name,
        dept_type,
        fiscal_year,
        phase,
        scope
    from document
)
{%- endmacro %}

{# Lines of projects of one agency: names are equal without years and the words 经费, 资金, 费用, 项目 at the end, or the one
   contains the other (at least four characters) and both never stand in the same year, when they would be two projects.
   Anything looser would be a guess. `relation` gives agency_key, comparable_name and fiscal_year. #}
{% macro project_lines(relation) -%}
    with name as (
        select
            agency_key,
            comparable_name,
            list(distinct fiscal_year) as years
        from {{ relation }}
        group by all
    )

    select
        longer.agency_key,
        longer.comparable_name,
        arg_min(shorter.comparable_name, { length: length(shorter.comparable_name), name: shorter.comparable_name })
            as shorter_name
    from name as longer
    inner join name as shorter
        on
            longer.agency_key = shorter.agency_key
            and longer.comparable_name <> shorter.comparable_name
            and length(shorter.comparable_name) >= 4
            and contains(longer.comparable_name, shorter.comparable_name)
            and not list_has_any(longer.years, shorter.years)
    group by all
{%- endmacro %}


{% macro agency_year(moment) -%}
with {{ standing_at(moment) }},

-- Several documents of one disclosure: the figure of the table that comes first, then of the newest document.
measure as (
    select
        document.disclosure_key,
        fact.measure,
        arg_min(
            fact.amount_yuan,
            {
                priority: fact.priority, age: -epoch_us(document.first_recorded_at),
                document_sha256: document.document_sha256
            }
        ) as amount_yuan
    from document
    inner join {{ facts_of_editions('measure') }} as fact on document.edition_key = fact.edition_key
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
    disclosure.*,
    figure.* exclude (disclosure_key)
from disclosure
left join figure on disclosure.disclosure_key = figure.disclosure_key
{%- endmacro %}

{% macro expenditure_by_function(moment) -%}
with {{ standing_at(moment) }},

fact as (
    select
        document.*,
        fact.* exclude (edition_key, document_sha256, disclosure_key)
    from document
    inner join {{ facts_of_editions('expenditure_func') }} as fact on document.edition_key = fact.edition_key
),

-- One document speaks for a disclosure: one with 支出总表, of these the newest.
chosen as (
    select document_sha256
    from fact
    qualify row_number() over (
        partition by disclosure_key
        order by table_type = 'expenditure_summary' desc, first_recorded_at desc, document_sha256
    ) = 1
),

-- A derived row has no printed name: it is called as most documents call it.
named as (
    select
        exp_func_code,
        arg_max(exp_func_name, { documents: documents, year: fiscal_year, name: exp_func_name }) as exp_func_name
    from (
        select
            exp_func_code,
            exp_func_name,
            max(coalesce(fiscal_year, 0)) as fiscal_year,
            count(distinct document_sha256) as documents
        from fact
        where not is_derived
        group by exp_func_code, exp_func_name
    )
    group by exp_func_code
)

select
    fact.disclosure_key,
    fact.region_code,
    fact.region_name,
    fact.agency_name,
    fact.dept_type,
    fact.fiscal_year,
    fact.phase,
    fact.scope,
    fact.exp_func_code,
    if(fact.is_derived, named.exp_func_name, fact.exp_func_name) as exp_func_name,
    fact.level,
    fact.basic_yuan,
    fact.project_yuan,
    fact.amount_yuan,
    fact.is_leaf,
    fact.is_derived,
    fact.document_sha256
from fact
inner join chosen on fact.document_sha256 = chosen.document_sha256
left join named on fact.exp_func_code = named.exp_func_code
{%- endmacro %}

{% macro project_history(moment) -%}
with {{ standing_at(moment) }},

named as (
    select
        document.*,
        fact.project_name,
        fact.comparable_name,
        fact.pro_code,
        fact.table_type,
        fact.budget_yuan
    from document
    inner join {{ facts_of_editions('project') }} as fact on document.edition_key = fact.edition_key
    where document.agency_key is not null and document.fiscal_year is not null
),

line as ({{ project_lines('named') }}),

-- The lines of one project in one table type of one document; several units may share a name.
printed as (
    select
        named.region_code,
        named.region_name,
        named.agency_key,
        named.agency_name,
        named.dept_type,
        named.fiscal_year,
        named.phase,
        named.scope,
        coalesce(line.shorter_name, named.comparable_name) as line_name,
        named.table_type,
        named.document_sha256,
        named.first_recorded_at,
        bool_or(line.shorter_name is not null) as is_contained,
        min(named.project_name) as project_name,
        min(nullif(named.pro_code, '')) as pro_code,
        sum(named.budget_yuan) as budget_yuan
    from named
    left join line on named.agency_key = line.agency_key and named.comparable_name = line.comparable_name
    where named.table_type <> 'project_expenditure_carryover'
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
            table_type = 'project_performance' desc, scope = 'department' desc nulls last, first_recorded_at desc,
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
with document as ({{ documents_at(moment) }}),

-- Two files that stood under one address, one after the other. Of one that was not read nothing can be said: the next
-- one is compared with the one before it.
replacement as (
    select
        version.url,
        version.document_sha256 as after_sha256,
        version.recorded_from as replaced_at,
        lag(version.document_sha256) over (
            partition by version.url order by version.recorded_from, version.recorded_to nulls last
        ) as before_sha256
    from {{ as_of_relation('dim_document_version') }} as version
    inner join {{ as_of_relation('dim_document') }} as file on version.document_sha256 = file.document_sha256
    where version.recorded_from <= cast({{ moment }} as timestamptz) and file.outcome = 'read'
    qualify before_sha256 <> after_sha256
),

-- An amount is known by what it says, not by where it stands.
printed as (
    select
        replacement.url,
        replacement.replaced_at,
        replacement.before_sha256,
        replacement.after_sha256,
        document.document_sha256 = replacement.after_sha256 as is_after,
        amount.*,
        {
            table_type: amount.table_type, side: amount.side, item_code: amount.item_code,
            item_label: amount.item_label, item_code_2: amount.item_code_2, item_label_2: amount.item_label_2,
            agency_code: amount.agency_code, column_path: amount.column_path
        } as says
    from replacement
    inner join document on document.document_sha256 in (replacement.before_sha256, replacement.after_sha256)
    inner join {{ facts_of_editions('amount') }} as amount on document.edition_key = amount.edition_key
),

-- What both files print, as often as both do, is no change wherever it stands.
counted as (
    select
        *,
        row_number() over (
            partition by url, replaced_at, is_after, says, amount_yuan order by table_ordinal, row, col
        ) as copy
    from printed
),

changed as (
    select
        *,
        row_number() over (partition by url, replaced_at, is_after, says order by table_ordinal, row, col) as occurrence
    from (
        select *
        from counted
        qualify count(*) over (partition by url, replaced_at, says, amount_yuan, copy) = 1
    )
),

-- Equal names are told apart by their order.
compared as (
    select
        coalesce(new.url, old.url) as url,
        coalesce(new.before_sha256, old.before_sha256) as before_sha256,
        coalesce(new.after_sha256, old.after_sha256) as after_sha256,
        coalesce(new.replaced_at, old.replaced_at) as replaced_at,
        case when old.url is null then 'added' when new.url is null then 'removed' else 'changed' end as change,
        {%- for column in ['table_type', 'table_title', 'side', 'item_code', 'item_label', 'column_path'] %}
        coalesce(new.{{ column }}, old.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for when, row in [('before', 'old'), ('after', 'new')] %}
        {{ row }}.value_text as {{ when }}_text,
        {{ row }}.unit as {{ when }}_unit,
        {{ row }}.amount_yuan as {{ when }}_yuan,
        {%- for place in ['page', 'sheet', 'table_ordinal', 'row', 'col'] %}
        {{ row }}.{{ place }} as {{ when }}_{{ place }},
        {%- endfor %}
        case
            when {{ row }}.url is not null
                then {{ key_of([row ~ '.document_sha256', row ~ '.table_ordinal', row ~ '.row', row ~ '.col']) }}
        end as {{ when }}_amount_key,
        {%- endfor %}
        cast(coalesce(new.amount_yuan, 0) - coalesce(old.amount_yuan, 0) as decimal(20, 2)) as delta_yuan
    from (select * from changed where not is_after) as old
    full outer join (select * from changed where is_after) as new
        on
            old.url = new.url
            and old.replaced_at = new.replaced_at
            and old.says = new.says
            and old.occurrence = new.occurrence
)

select
    document.disclosure_key,
    document.region_code,
    document.region_name,
    document.agency_name,
    document.fiscal_year,
    document.phase,
    compared.*
from compared
inner join document on compared.after_sha256 = document.document_sha256
{%- endmacro %}

{% macro coverage(moment) -%}
with {{ standing_at(moment) }},

counted as (
    select
        document.disclosure_key,
        min(document.published_on) as published_on,
        min(document.first_recorded_at) as first_recorded_at,
        count(*) as document_count,
        count(*) filter (where file.outcome = 'read') as documents_read,
        count(*) filter (where file.outcome not in ('read', 'unread')) as documents_unreadable,
        count(*) filter (where file.outcome = 'unread') as documents_unread
    from document
    inner join {{ as_of_relation('dim_document') }} as file on document.document_sha256 = file.document_sha256
    group by document.disclosure_key
),

found as (
    select distinct
        document.disclosure_key,
        fact.table_type
    from document
    inner join {{ facts_of_editions('table') }} as fact on document.edition_key = fact.edition_key
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
        disclosure.disclosure_key,
        list(wanted.expected order by wanted.expected) as missing_table_types
    from disclosure
    cross join (select distinct expected from {{ as_of_relation('dim_expected_table') }}) as wanted
    where
        (disclosure.disclosure_key, wanted.expected) not in (
            select
                found.disclosure_key,
                expected_table.expected
            from found
            inner join {{ as_of_relation('dim_expected_table') }} as expected_table
                on found.table_type = expected_table.table_type
        )
    group by disclosure.disclosure_key
)

select
    disclosure.*,
    counted.* exclude (disclosure_key),
    coalesce(present.table_types, []) as table_types,
    coalesce(missing.missing_table_types, []) as missing_table_types
from disclosure
inner join counted on disclosure.disclosure_key = counted.disclosure_key
left join present on disclosure.disclosure_key = present.disclosure_key
left join missing on disclosure.disclosure_key = missing.disclosure_key
{%- endmacro %}

{% macro data_quality(moment) -%}
with {{ standing_at(moment) }},

tables as (
    select
        document.disclosure_key,
        count(*) as table_count,
        count(*) filter (where fact.table_type = 'unrecognised') as unrecognised_tables,
        sum(fact.amount_count) as amount_count
    from document
    inner join {{ facts_of_editions('table') }} as fact on document.edition_key = fact.edition_key
    group by document.disclosure_key
),

checks as (
    select
        document.disclosure_key,
        count(*) filter (where fact.status = 'held') as checks_held,
        count(*) filter (where fact.status = 'failed') as checks_failed,
        count(*) filter (where fact.status = 'not_evaluated') as checks_not_evaluated,
        {%- for cause in ['extraction', 'source', 'definition', 'rounding', 'unknown'] %}
        count(*) filter (where fact.status = 'failed' and fact.cause = '{{ cause }}') as failed_{{ cause }},
        {%- endfor %}
        count(*) filter (where fact.status = 'held' and fact.cause = 'rounding') as held_with_rounding
    from document
    inner join {{ facts_of_editions('check_result') }} as fact on document.edition_key = fact.edition_key
    group by document.disclosure_key
),

notices as (
    select
        document.disclosure_key,
        count(*) as notice_count
    from document
    inner join {{ as_of_relation('fct_notice') }} as notice on document.document_sha256 = notice.document_sha256
    group by document.disclosure_key
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
from disclosure
left join tables on disclosure.disclosure_key = tables.disclosure_key
left join checks on disclosure.disclosure_key = checks.disclosure_key
left join notices on disclosure.disclosure_key = notices.disclosure_key
{%- endmacro %}
