-- The two reconciliations in numbers, one row for each level and measure.
with places as (
    select
        'prefecture' as level,
        case
            when statistics.code is null then 'only_in_names'
            when names.code is null then 'only_in_statistics'
            when statistics.division_code = names.code then 'same_code_same_name'
            else 'same_name_other_code'
        end as category,
        cast(null as varchar) as code_evidence,
        'prefecture' as mark
    from "gansu.stats-prefectures" as statistics
    full join "gansu.names-prefectures" as names on names.name = statistics.name
    union all
    select 'county', category, null, mark from "gansu.reconciliation-counties"
    union all
    select 'township', category, code_evidence, mark from "gansu.reconciliation-townships"
),
counted as (
    select
        level,
        count(case when category <> 'only_in_names' then 1 end) as in_statistics,
        count(case when category <> 'only_in_statistics' then 1 end) as in_names,
        count(case when category not in ('only_in_statistics', 'only_in_names') then 1 end) as same_name,
        count(case when category = 'same_code_same_name' then 1 end) as same_code_same_name,
        count(case when category = 'same_name_other_code' then 1 end) as same_name_other_code,
        count(case when category = 'only_in_statistics' then 1 end) as only_in_statistics,
        count(case when category = 'only_in_names' then 1 end) as only_in_names,
        count(case when code_evidence <> 'code_only_in_statistics' then 1 end) as code_in_both,
        count(case when code_evidence = 'same_code_other_name' then 1 end) as same_code_other_name,
        count(case when mark = 'new_area' then 1 end) as in_new_areas,
        count(case when mark = 'city_without_counties' then 1 end) as in_cities_without_counties
    from places
    group by level
),
measured as (
    select level, 1 as place, 'in_statistics' as measure, '统计用代码中的区划' as measure_title, in_statistics as divisions
    from counted
    union all
    select level, 2, 'in_names', '地名库中的区划', in_names
    from counted
    union all
    select level, 3, 'same_name', '上级与名称一致', same_name
    from counted
    union all
    select level, 4, 'same_code_same_name', '同码同名', same_code_same_name
    from counted
    union all
    select level, 5, 'same_name_other_code', '同名异码', same_name_other_code
    from counted
    union all
    select level, 6, 'only_in_statistics', '仅见于统计', only_in_statistics
    from counted
    union all
    select level, 7, 'only_in_names', '仅见于地名库', only_in_names
    from counted
    union all
    select level, 8, 'code_in_both', '两边都有的代码', code_in_both
    from counted
    where level = 'township'
    union all
    select level, 9, 'same_code_other_name', '同码异名', same_code_other_name
    from counted
    where level = 'township'
    union all
    select level, 10, 'in_new_areas', '新区（功能区）内', in_new_areas
    from counted
    where level <> 'prefecture'
    union all
    select level, 11, 'in_cities_without_counties', '不设县区的地级市内', in_cities_without_counties
    from counted
    where level <> 'prefecture'
)
select
    level,
    case level when 'prefecture' then '市州' when 'county' then '县区' else '乡镇' end as level_title,
    measure,
    measure_title,
    divisions
from measured
order by level, place
