-- What was known of each observed file, one row per interval in which it stayed the same: which disclosure it belongs
-- to, and what the models of facts depend on. The document's own text comes first, then what the page that links to it
-- says (the latest new word), then the person who handed it in. Unknown stays unknown.
-- The agency is the exception: pages name the department that publishes, texts often a unit of it (投资促进中心) or
-- a short form (商务部门). So names with their region come first, the page's before the text's, then the others;
-- what the text gives must be the name of an organisation. What a person decided comes before all of it.
with address as (
    select
        document_sha256,
        url,
        arg_min(site_id, recorded_from) as site_id,
        min(recorded_from) as recorded_from
    from {{ ref('int_document_version') }}
    group by all
),

-- A crawl repeats what it saw before: only what is new is a word.
link as (
    select *
    from (
        select
            *,
            {
                fiscal_year: fiscal_year, phase: phase, scope: scope, agency_name: agency_name,
                page_title: page_title, link_text: link_text, published_on: published_on
            } as said
        from {{ ref('stg_document_link') }}
    )
    qualify said is distinct from lag(said) over (partition by url, page_url order by position)
),

said as (
    select
        address.document_sha256,
        link.* exclude (recorded_at),
        greatest(address.recorded_from, link.recorded_at) as recorded_at
    from address
    inner join link on address.url = link.url
),

event as (
    select
        document_sha256,
        recorded_from as recorded_at
    from address
    union
    select
        document_sha256,
        recorded_at
    from said
    union
    select
        document_sha256,
        recorded_at
    from {{ ref('stg_document_import') }}
    union
    select
        document_sha256,
        unnest([recorded_at, revoked_at]) as recorded_at
    from {{ ref('stg_correction') }}
),

first_seen as (
    select
        document_sha256,
        min(recorded_from) as recorded_at
    from address
    group by document_sha256
),

-- What was said or decided before the file was seen counts from then on.
moment as (
    select distinct
        event.document_sha256,
        greatest(event.recorded_at, first_seen.recorded_at) as recorded_at
    from event
    inner join first_seen on event.document_sha256 = first_seen.document_sha256
    where event.recorded_at is not null
),

placed as (
    select
        moment.*,
        arg_max(address.site_id, address.recorded_from) as site_id
    from moment
    inner join address
        on moment.document_sha256 = address.document_sha256 and moment.recorded_at >= address.recorded_from
    group by all
),

linked as (
    select
        moment.document_sha256,
        moment.recorded_at,
        arg_max(said.fiscal_year, said.position) as fiscal_year,
        arg_max(said.phase, said.position) as phase,
        arg_max(said.scope, said.position) as scope,
        arg_max(said.agency_name, said.position) as agency_name,
        arg_max(said.page_title, said.position) as page_title,
        arg_max(said.link_text, said.position) as link_text,
        arg_max(said.page_url, said.position) as page_url,
        arg_max(said.published_on, said.position) as published_on
    from moment
    inner join said on moment.document_sha256 = said.document_sha256 and moment.recorded_at >= said.recorded_at
    group by all
),

imported as (
    select
        moment.document_sha256,
        moment.recorded_at,
        arg_max(import.fiscal_year, import.position) as fiscal_year,
        arg_max(import.phase, import.position) as phase,
        arg_max(import.agency_name, import.position) as agency_name,
        arg_max(import.title, import.position) as title
    from moment
    inner join {{ ref('stg_document_import') }} as import
        on moment.document_sha256 = import.document_sha256 and moment.recorded_at >= import.recorded_at
    group by all
),

-- The latest decision on each thing, of those that stand.
decided as (
    select
        moment.document_sha256,
        moment.recorded_at,
        correction.* exclude (document_sha256, recorded_at) -- noqa: RF02
    from moment
    inner join {{ ref('stg_correction') }} as correction
        on
            moment.document_sha256 = correction.document_sha256
            and moment.recorded_at >= correction.recorded_at
            and coalesce(moment.recorded_at < correction.revoked_at, true)
    qualify row_number() over (
        partition by moment.document_sha256, moment.recorded_at, correction.table_ordinal, correction.what
        order by correction.position desc
    ) = 1
),

corrected as (
    select
        document_sha256,
        recorded_at,
        cast(any_value(value) filter (what = 'fiscal_year') as integer) as fiscal_year,
        any_value(value) filter (what = 'phase') as phase,
        any_value(value) filter (what = 'scope') as scope,
        any_value(value) filter (what = 'agency_name') as agency_name,
        list(
            { table_ordinal: table_ordinal, value: value, author: author, reason: reason } order by table_ordinal
        ) filter (what = 'table_type') as table_types,
        string_agg(
            what || coalesce(' of table ' || table_ordinal, '') || ' = ' || value
            || ' (' || author || ': ' || reason || ')',
            '; ' order by position
        ) as corrections
    from decided
    group by all
),

fact as (
    select
        placed.document_sha256,
        placed.recorded_at,
        placed.site_id,
        linked.page_url,
        linked.link_text,
        linked.published_on,
        coalesce(linked.page_title, imported.title) as title,
        cast(
            coalesce(corrected.fiscal_year, document.fiscal_year, linked.fiscal_year, imported.fiscal_year) as integer
        ) as fiscal_year,
        coalesce(corrected.phase, document.phase, linked.phase, imported.phase) as phase,
        coalesce(corrected.scope, document.scope, linked.scope) as scope,
        corrected.corrections,
        corrected.table_types,
        case
            when corrected.agency_name is not null then [corrected.agency_name]
            else [linked.agency_name, imported.agency_name, document.agency_name]
        end as printed_names
    from placed
    left join {{ ref('stg_document') }} as document on placed.document_sha256 = document.document_sha256
    left join linked
        on placed.document_sha256 = linked.document_sha256 and placed.recorded_at = linked.recorded_at
    left join imported
        on placed.document_sha256 = imported.document_sha256 and placed.recorded_at = imported.recorded_at
    left join corrected
        on placed.document_sha256 = corrected.document_sha256 and placed.recorded_at = corrected.recorded_at
),

agency as (
    select
        fact.document_sha256,
        fact.recorded_at,
        arg_min(name.agency_key, named.ordinality + if(name.names_region, 0, 10)) as agency_key,
        arg_min(name.region_code, named.ordinality + if(name.names_region, 0, 10)) as region_code
    from fact
    cross join unnest(fact.printed_names) with ordinality as named (printed_name, ordinality)
    inner join {{ ref('int_agency_name') }} as name
        on
            fact.site_id = name.site_id
            and named.printed_name = name.printed_name
            and (named.ordinality < 3 or name.is_organisation)
    group by all
),

known as (
    select
        fact.document_sha256,
        fact.recorded_at,
        {
            site_id: fact.site_id, page_url: fact.page_url, link_text: fact.link_text, title: fact.title,
            published_on: fact.published_on, region_code: coalesce(agency.region_code, site.region_code),
            agency_key: agency.agency_key, fiscal_year: fact.fiscal_year, phase: fact.phase, scope: fact.scope,
            corrections: fact.corrections, table_types: fact.table_types
        } as facts
    from fact
    left join {{ ref('stg_site') }} as site on fact.site_id = site.site_id
    left join agency on fact.document_sha256 = agency.document_sha256 and fact.recorded_at = agency.recorded_at
),

changed as (
    select *
    from known
    qualify facts is distinct from lag(facts) over (partition by document_sha256 order by recorded_at)
),

history as (
    select
        changed.document_sha256,
        changed.recorded_at as recorded_from,
        lead(changed.recorded_at) over document as recorded_to,
        first_value(changed.recorded_at) over document as first_recorded_at,
        -- What the models of facts depend on.
        { phase: changed.facts.phase, table_types: changed.facts.table_types } as edition,
        unnest(changed.facts) -- noqa: AL03
    from changed
    window document as (partition by changed.document_sha256 order by changed.recorded_at)
),

standing as (
    select
        document_sha256,
        edition
    from history
    where recorded_to is null
)

-- Documents of unknown agency, year or phase do not share a disclosure: the file is then part of the key.
-- The edition that stands has the file's own hash for its key.
select
    history.* exclude (edition), -- noqa: RF02
    {{ key_of([
        'history.region_code', 'history.agency_key', 'history.fiscal_year', 'history.phase', 'history.scope',
        'case when history.agency_key is null or history.fiscal_year is null or history.phase is null '
        ~ 'then history.document_sha256 end'
    ]) }} as disclosure_key,
    history.document_sha256
    || if(history.edition = standing.edition, '', '@' || left({{ key_of(['history.edition']) }}, 12)) as edition_key
from history
inner join standing on history.document_sha256 = standing.document_sha256
