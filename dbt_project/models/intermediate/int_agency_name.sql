-- Every printed name of an agency, resolved within its site: the region is the most specific one of the site's subtree
-- that the name begins with (秦皇岛市山海关区商务局 on the site of 秦皇岛 → 130303), else the site's own.
with every as (
    select
        document.site_id,
        document.agency_name,
        version.recorded_from
    from {{ ref('stg_document') }} as document
    inner join {{ ref('int_document_version') }} as version on document.document_sha256 = version.document_sha256
    union all
    select
        site_id,
        agency_name,
        recorded_at as recorded_from
    from {{ ref('stg_document_link') }}
    union all
    select
        site_id,
        agency_name,
        recorded_at as recorded_from
    from {{ ref('stg_document_import') }}
    union all
    select
        version.site_id,
        correction.value as agency_name,
        correction.recorded_at as recorded_from
    from {{ ref('stg_correction') }} as correction
    inner join {{ ref('int_document_version') }} as version on correction.document_sha256 = version.document_sha256
    where correction.what = 'agency_name'
),

printed as (
    select
        site_id,
        agency_name,
        min(recorded_from) as recorded_from
    from every
    group by all
),

named as (
    select
        printed.site_id,
        printed.recorded_from,
        printed.agency_name as printed_name,
        site.region_code as site_region_code,
        {{ clean_agency_name('printed.agency_name') }} as agency_name,
        -- 中共秦皇岛市委宣传部 begins with its region too.
        regexp_replace({{ clean_agency_name('printed.agency_name') }}, '^(中国共产党|中共)', '') as placed_name
    from printed
    inner join {{ ref('stg_site') }} as site on printed.site_id = site.site_id
    where printed.agency_name is not null and trim(printed.agency_name) <> ''
),

matched as (
    select
        named.*,
        prefix.region_code as matched_code,
        prefix.prefix
    from named
    left join {{ ref('int_region_prefix') }} as prefix
        on
            starts_with(named.placed_name, prefix.prefix)
            and length(named.placed_name) > length(prefix.prefix)
            and (
                starts_with(prefix.region_code, regexp_replace(named.site_region_code, '(00){1,2}$', ''))
                or prefix.region_code in (
                    left(named.site_region_code, 2) || '0000', left(named.site_region_code, 4) || '00'
                )
            )
    qualify row_number() over (
        partition by named.site_id, named.printed_name
        order by length(prefix.prefix) desc nulls last, prefix.region_code
    ) = 1
),

resolved as (
    select
        site_id,
        recorded_from,
        printed_name,
        agency_name,
        prefix is not null as names_region,
        case
            when starts_with(matched_code, regexp_replace(site_region_code, '(00){1,2}$', '')) then matched_code
            else site_region_code
        end as region_code,
        -- 秦皇岛市工业和信息化局本级 is the same agency as 秦皇岛市工业和信息化局: its own unit, not another one.
        regexp_replace(
            regexp_replace(placed_name[length(coalesce(prefix, '')) + 1:], '^委员会', '委'),
            '(\((本级|机关|汇总|部门)\)|本级|机关本级|机关)$', ''
        ) as core_name
    from matched
)

select
    site_id,
    recorded_from,
    printed_name,
    agency_name,
    region_code,
    names_region,
    core_name,
    -- 第二部分 and 编制说明 are headings, not departments.
    regexp_matches(
        core_name, '(' || (select string_agg(known.ending, '|') from {{ ref('agency_ending') }} as known) || ')$'
    ) as is_organisation,
    {{ key_of(['region_code', 'core_name']) }} as agency_key
from resolved
