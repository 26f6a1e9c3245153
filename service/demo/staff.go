package demo

import "ziyara/catalog"

// Staff returns the staff of the demo centre, as whom users can sign in to try
// things out: a coordinator for each department, a receptionist for each
// branch, one person for each other role, and one with two roles.
func Staff() []catalog.Staff {
	coordinator := func(id, name string, departments ...string) catalog.Staff {
		return catalog.Staff{ID: id, Name: name, Roles: []catalog.Role{catalog.RoleCoordinator}, Departments: departments, Branches: []string{}}
	}
	receptionist := func(id, name string, branches ...string) catalog.Staff {
		return catalog.Staff{ID: id, Name: name, Roles: []catalog.Role{catalog.RoleReceptionist}, Departments: []string{}, Branches: branches}
	}
	anywhere := func(id, name string, role catalog.Role) catalog.Staff {
		return catalog.Staff{ID: id, Name: name, Roles: []catalog.Role{role}, Departments: []string{}, Branches: []string{}}
	}
	return []catalog.Staff{
		coordinator("noura", "نورة القحطاني", "revenues"),
		coordinator("fahad", "فهد المطيري", "expropriation"),
		coordinator("abeer", "عبير الحربي", "exemptions"),
		coordinator("khaled", "خالد الغامدي", "payments"),
		coordinator("lama", "لمى الزهراني", "contracts"),
		coordinator("turki", "تركي العتيبي", "care"),
		receptionist("salem", "سالم الدوسري", "riyadh"),
		receptionist("maha", "مها الجهني", "jeddah"),
		receptionist("yousef", "يوسف الهاجري", "dammam"),
		anywhere("huda", "هدى الشهري", catalog.RoleAgent),
		anywhere("majed", "ماجد العنزي", catalog.RoleManager),
		anywhere("reem", "ريم السالم", catalog.RoleAdmin),
		{
			ID: "badr", Name: "بدر الشمري", Roles: []catalog.Role{catalog.RoleCoordinator, catalog.RoleReceptionist},
			Departments: []string{"care"}, Branches: []string{"dammam"},
		},
	}
}
