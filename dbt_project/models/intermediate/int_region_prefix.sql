-- The ways in which a department's name begins with its region: 山海关区…, 秦皇岛市山海关区…, 河北省秦皇岛市…
-- Cities and provinces also without 市 and 省; counties always in full (海港, 新区 alone are too common).
with region as (
    select
        region_code,
        region_name,
        level,
        parent_code,
        case
            when level <> 'county' and length(region_name) > 2
                then regexp_replace(region_name, '(省|市|地区|盟|自治州|(维吾尔|壮族|回族)?自治区|特别行政区)$', '')
            else region_name
        end as short_name
    from {{ ref('region') }}
    where last_edition is null or last_edition = ''
),

form as (
    select
        region_code,
        level,
        parent_code,
        unnest(list_distinct([region_name, short_name])) as form
    from region
)

select
    own.region_code,
    unnest(list_distinct(list_filter(
        [own.form, parent.form || own.form, grandparent.form || own.form, grandparent.form || parent.form || own.form],
        lambda candidate: candidate is not null -- noqa: RF02
    ))) as prefix
from form as own
left join form as parent on own.parent_code = parent.region_code
left join form as grandparent on parent.parent_code = grandparent.region_code
