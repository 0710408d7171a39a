-- One row per observed file: which disclosure it belongs to. The document's own text comes first, then what the
-- page that links to it says (the latest word), then the person who handed it in. Unknown stays unknown.
-- The agency is the exception: pages name the department that publishes, texts often a unit of it (投资促进中心) or
-- a short form (商务部门). So names with their region come first, the page's before the text's, then the others;
-- what the text gives must be the name of an organisation. What a person decided comes before all of it.
with file as (
    select
        document_sha256,
        arg_max(site_id, first_position) as site_id
    from {{ ref('int_document_version') }}
    group by document_sha256
),

linked as (
    select
        version.document_sha256,
        arg_max(link.fiscal_year, link.position) as fiscal_year,
        arg_max(link.phase, link.position) as phase,
        arg_max(link.scope, link.position) as scope,
        arg_max(link.agency_name, link.position) as agency_name,
        arg_max(link.page_title, link.position) as page_title,
        arg_max(link.link_text, link.position) as link_text,
        arg_max(link.page_url, link.position) as page_url,
        arg_max(link.published_on, link.position) as published_on
    from {{ ref('int_document_version') }} as version
    inner join {{ ref('stg_document_link') }} as link on version.url = link.url
    group by version.document_sha256
),

imported as (
    select
        document_sha256,
        arg_max(fiscal_year, position) as fiscal_year,
        arg_max(phase, position) as phase,
        arg_max(agency_name, position) as agency_name,
        arg_max(title, position) as title
    from {{ ref('stg_document_import') }}
    group by document_sha256
),

corrected as (
    select
        document_sha256,
        cast(any_value(value) filter (what = 'fiscal_year') as integer) as fiscal_year,
        any_value(value) filter (what = 'phase') as phase,
        any_value(value) filter (what = 'scope') as scope,
        any_value(value) filter (what = 'agency_name') as agency_name,
        string_agg(
            what || coalesce(' of table ' || table_ordinal, '') || ' = ' || value
            || ' (' || author || ': ' || reason || ')',
            '; ' order by position
        ) as corrections
    from {{ ref('stg_correction') }}
    group by document_sha256
),

fact as (
    select
        file.document_sha256,
        file.site_id,
        document.outcome,
        document.reason,
        document.format,
        document.page_count,
        document.reader_version,
        document.agency_code,
        linked.page_url,
        linked.link_text,
        linked.published_on,
        coalesce(linked.page_title, imported.title) as title,
        coalesce(corrected.fiscal_year, document.fiscal_year, linked.fiscal_year, imported.fiscal_year) as fiscal_year,
        coalesce(corrected.phase, document.phase, linked.phase, imported.phase) as phase,
        coalesce(corrected.scope, document.scope, linked.scope) as scope,
        corrected.corrections,
        case
            when corrected.agency_name is not null then [corrected.agency_name]
            else [linked.agency_name, imported.agency_name, document.agency_name]
        end as printed_names
    from file
    left join {{ ref('stg_document') }} as document on file.document_sha256 = document.document_sha256
    left join linked on file.document_sha256 = linked.document_sha256
    left join imported on file.document_sha256 = imported.document_sha256
    left join corrected on file.document_sha256 = corrected.document_sha256
),

agency as (
    select
        fact.document_sha256,
        arg_min(name.agency_key, named.ordinality + if(name.names_region, 0, 10)) as agency_key,
        arg_min(name.region_code, named.ordinality + if(name.names_region, 0, 10)) as region_code
    from fact
    cross join unnest(fact.printed_names) with ordinality as named (printed_name, ordinality)
    inner join {{ ref('int_agency_name') }} as name
        on
            fact.site_id = name.site_id
            and named.printed_name = name.printed_name
            and (named.ordinality < 3 or name.is_organisation)
    group by fact.document_sha256
)

-- Documents of unknown agency, year or phase do not share a disclosure: the file is then part of the key.
select
    fact.* exclude (printed_names), -- noqa: RF02
    agency.agency_key,
    coalesce(agency.region_code, site.region_code) as region_code,
    {{ key_of([
        'coalesce(agency.region_code, site.region_code)', 'agency.agency_key', 'fact.fiscal_year', 'fact.phase',
        'fact.scope',
        'case when agency.agency_key is null or fact.fiscal_year is null or fact.phase is null '
        ~ 'then fact.document_sha256 end'
    ]) }} as disclosure_key
from fact
left join {{ ref('stg_site') }} as site on fact.site_id = site.site_id
left join agency on fact.document_sha256 = agency.document_sha256
