package demo

import "ziyara/access"

// Staff returns the staff of the demo centre, as whom users can sign in to try
// things out: a coordinator for each department, a receptionist for each
// branch, one person for each other role, and one with two roles.
func Staff() []access.Staff {
	coordinator := func(id, name string, departments ...string) access.Staff {
		return access.Staff{ID: id, Name: name, Roles: []access.Role{access.Coordinator}, Departments: departments, Branches: []string{}}
	}
	receptionist := func(id, name string, branches ...string) access.Staff {
		return access.Staff{ID: id, Name: name, Roles: []access.Role{access.Receptionist}, Departments: []string{}, Branches: branches}
	}
	anywhere := func(id, name string, role access.Role) access.Staff {
		return access.Staff{ID: id, Name: name, Roles: []access.Role{role}, Departments: []string{}, Branches: []string{}}
	}
	return []access.Staff{
		coordinator("noura", "نورة القحطاني", "revenues"),
		coordinator("fahad", "فهد المطيري", "expropriation"),
		coordinator("abeer", "عبير الحربي", "exemptions"),
		coordinator("khaled", "خالد الغامدي", "payments"),
		coordinator("lama", "لمى الزهراني", "contracts"),
		coordinator("turki", "تركي العتيبي", "care"),
		receptionist("salem", "سالم الدوسري", "riyadh"),
		receptionist("maha", "مها الجهني", "jeddah"),
		receptionist("yousef", "يوسف الهاجري", "dammam"),
		anywhere("huda", "هدى الشهري", access.Agent),
		anywhere("majed", "ماجد العنزي", access.Manager),
		anywhere("reem", "ريم السالم", access.Admin),
		{
			ID: "badr", Name: "بدر الشمري", Roles: []access.Role{access.Coordinator, access.Receptionist},
			Departments: []string{"care"}, Branches: []string{"dammam"},
		},
	}
}
