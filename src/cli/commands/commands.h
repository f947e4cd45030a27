// The rows of all commands; each is defined in the file of its name.
#pragma once
#include "cli/command.h"

namespace aurora::cli {

Command run_command();
Command start_command();
Command watch_command();
Command init_command();
Command plan_command();
Command status_command();
Command list_command();
Command history_command();
Command audit_command();
Command logs_command();
Command logs_query_command();
Command report_command();
Command cost_command();
Command cancel_command();
Command resume_command();
Command mark_failed_command();
Command archive_command();
Command export_command();
Command import_command();
Command orphans_command();
Command invoke_command();
Command snapshots_command();
Command secret_command();
Command local_start_command();
Command local_stop_command();
Command local_status_command();
Command local_env_command();
Command local_reset_command();
Command local_seed_command();
Command schedule_add_command();
Command schedule_list_command();
Command schedule_remove_command();
Command schedule_run_now_command();
Command schedule_pause_command();
Command schedule_resume_command();
Command batch_run_command();
Command batch_status_command();
Command asl_validate_command();
Command asl_run_command();
Command asl_graph_command();
Command local_fault_add_command();
Command local_fault_list_command();
Command local_fault_remove_command();
Command doctor_command();
Command explain_command();
Command man_command();
Command version_command();
Command completion_command();
Command help_command();

}  // namespace aurora::cli
