-- Which file stood under which address, and when. A run of observations of the same file is one version; what ends it
-- is another file, or that the address was withdrawn.
with version as (
    select
        url,
        version_number,
        any_value(document_sha256) as document_sha256,
        arg_min(site_id, recorded_at) as site_id,
        min(recorded_at) as recorded_from,
        min(recorded_at) filter (where state = 'withdrawn') as withdrawn_at,
        max(recorded_at) filter (where is_seen) as last_seen_at
    from {{ ref('int_address_state') }}
    group by url, version_number
),

ended as (
    select
        *,
        lead(recorded_from) over (partition by url order by version_number) as next_from,
        coalesce(withdrawn_at, next_from) as recorded_to
    from version
)

-- Moved: gone from here while the same file stands at an address where it came up later; the first such address.
select
    ended.url,
    ended.version_number,
    ended.document_sha256,
    any_value(ended.site_id) as site_id,
    any_value(ended.recorded_from) as recorded_from,
    any_value(ended.recorded_to) as recorded_to,
    any_value(ended.last_seen_at) as last_seen_at,
    any_value(ended.withdrawn_at) as withdrawn_at,
    min(greatest(ended.withdrawn_at, other.recorded_from)) filter (where other.url is not null) as moved_at,
    arg_min(other.url, { moved_at: greatest(ended.withdrawn_at, other.recorded_from), url: other.url }) as moved_to_url,
    case
        when any_value(ended.recorded_to) is null then 'current'
        when any_value(ended.withdrawn_at) is null then 'superseded'
        when count(other.url) > 0 then 'moved'
        else 'withdrawn'
    end as status
from ended
left join ended as other
    on
        ended.document_sha256 = other.document_sha256
        and ended.url <> other.url
        and ended.recorded_from < other.recorded_from
        and coalesce(ended.withdrawn_at < other.recorded_to, true)
        and coalesce(ended.next_from > other.recorded_from, true)
        and ended.withdrawn_at is not null
        and not starts_with(other.url, 'import:')
group by ended.url, ended.version_number, ended.document_sha256
