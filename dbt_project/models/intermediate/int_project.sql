-- Projects with a comparable name: without white space, quotes, brackets of units and years.
with project as (
    select
        *,
        {{ compact('project_name') }} as compact_name
    from ({{ rows_by_edition('stg_project') }}) as staged_project
    where trim(project_name) <> ''
)

select
    *,
    -- What is left without years and the words that every project's name ends in: 招商引资工作, 人事代理专项补助.
    regexp_replace(
        regexp_replace(compact_name, '(19|20)[0-9]{2}(年度?|-(19|20)[0-9]{2}(年度?)?)', '', 'g'),
        '(经费|资金|费用|项目)+$', ''
    ) as comparable_name
from project
