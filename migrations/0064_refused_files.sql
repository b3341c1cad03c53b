-- Endings of files that nobody may send; those of organisations to come are set as they are founded.
alter table organisations add column refused_files text default 'exe, msi, msp, msix, bat, cmd, com, scr, pif, cpl, dll, sys, js, jse, vbs, vbe, wsf, wsh, hta, ps1, psm1, jar, class, apk, dex, dmg, pkg, deb, rpm, elf, mach, lnk, reg, msc, chm, gadget, xll',
    add constraint organisations_refused_files_check check (char_length(refused_files) <= 20000);
alter table organisations alter column refused_files drop default;
