#include "cli/exit_codes.h"

#include <fmt/format.h>

#include <map>

namespace aurora::cli {
namespace {

// Names come from three places: this program, the steps' named errors, and the services' codes.
const std::map<std::string_view, ExitCode>& codes_by_name() {
  static const std::map<std::string_view, ExitCode> kCodes{
      {"UsageError", ExitCode::kBadInput},
      {"InvalidInput", ExitCode::kBadInput},
      {"InvalidJson", ExitCode::kBadInput},
      {"InvalidYaml", ExitCode::kBadInput},
      {"InvalidUrl", ExitCode::kBadInput},
      {"InvalidParameter", ExitCode::kBadInput},
      {"InvalidExecutionInput", ExitCode::kBadInput},
      {"InvalidConfiguration", ExitCode::kBadInput},
      {"ValidationException", ExitCode::kBadInput},
      {"MalformedQueryException", ExitCode::kBadInput},
      {"EngineMismatch", ExitCode::kBadInput},
      {"KmsKeyRequired", ExitCode::kBadInput},
      {"SecretMalformed", ExitCode::kBadInput},
      {"PreflightFailed", ExitCode::kBadInput},
      {"SnapshotTooOld", ExitCode::kBadInput},
      {"EngineVersionTooLow", ExitCode::kBadInput},
      {"EngineVersionNotFound", ExitCode::kBadInput},
      {"KmsKeyWrongRegion", ExitCode::kBadInput},
      {"KmsKeyUnsuitable", ExitCode::kBadInput},
      {"ParameterGroupWrongFamily", ExitCode::kBadInput},
      {"InstanceClassNotOrderable", ExitCode::kBadInput},
      {"LogExportNotSupported", ExitCode::kBadInput},
      {"SubnetsNotTogether", ExitCode::kBadInput},
      {"SubnetGroupTooFewZones", ExitCode::kBadInput},
      {"SecurityGroupWrongVpc", ExitCode::kBadInput},
      {"VpcMismatch", ExitCode::kBadInput},
      {"TimeNotRestorable", ExitCode::kBadInput},
      {"NoScriptBucket", ExitCode::kBadInput},
      {"NoLogBucket", ExitCode::kBadInput},
      {"ExportMismatch", ExitCode::kBadInput},
      {"FileNotUsable", ExitCode::kBadInput},
      {"SqlMalformed", ExitCode::kBadInput},
      {"ScriptMalformed", ExitCode::kBadInput},
      {"CheckMalformed", ExitCode::kBadInput},
      {"ManifestMalformed", ExitCode::kBadInput},
      {"InvalidSchedule", ExitCode::kBadInput},
      {"InvalidYaml", ExitCode::kBadInput},
      {"FleetMalformed", ExitCode::kBadInput},
      {"InvalidDefinition", ExitCode::kBadInput},
      {"MocksMalformed", ExitCode::kBadInput},
      {"MockMissing", ExitCode::kBadInput},
      {"NotDeployable", ExitCode::kBadInput},
      {"DeploymentRefused", ExitCode::kBadInput},
      {"InvalidDeployment", ExitCode::kBadInput},
      {"TemplateUnusable", ExitCode::kBadInput},
      {"PackageUnusable", ExitCode::kBadInput},
      {"PackageDoesNotStart", ExitCode::kBadInput},
      {"BucketElsewhere", ExitCode::kBadInput},

      {"ConnectionRefused", ExitCode::kUnreachable},
      {"HostNotFound", ExitCode::kUnreachable},
      {"ConnectTimeout", ExitCode::kUnreachable},
      {"Timeout", ExitCode::kUnreachable},
      {"ConnectionClosed", ExitCode::kUnreachable},
      {"ConnectionError", ExitCode::kUnreachable},
      {"TlsError", ExitCode::kUnreachable},
      {"EndpointNotRunning", ExitCode::kUnreachable},
      {"EndpointNotStarted", ExitCode::kUnreachable},
      {"DatabaseUnavailable", ExitCode::kUnreachable},
      {"NoCredentials", ExitCode::kUnreachable},
      {"CredentialsRefused", ExitCode::kUnreachable},
      {"InvalidCredentials", ExitCode::kUnreachable},
      {"CredentialProcessFailed", ExitCode::kUnreachable},
      {"NoRegion", ExitCode::kUnreachable},
      {"RegionNotFound", ExitCode::kUnreachable},
      {"UnrecognizedClientException", ExitCode::kUnreachable},
      {"InvalidClientTokenId", ExitCode::kUnreachable},
      {"InvalidSignatureException", ExitCode::kUnreachable},
      {"SignatureDoesNotMatch", ExitCode::kUnreachable},
      {"ExpiredToken", ExitCode::kUnreachable},
      {"ExpiredTokenException", ExitCode::kUnreachable},
      {"AccessDenied", ExitCode::kUnreachable},
      {"AccessDeniedException", ExitCode::kUnreachable},

      {"OperationNotFound", ExitCode::kNotFound},
      {"ScheduleNotFound", ExitCode::kNotFound},
      {"BatchNotFound", ExitCode::kNotFound},
      {"SnapshotNotFound", ExitCode::kNotFound},
      {"SubnetGroupNotFound", ExitCode::kNotFound},
      {"SecretNotFound", ExitCode::kNotFound},
      {"FieldNotFound", ExitCode::kNotFound},
      {"PipelineNotFound", ExitCode::kNotFound},
      {"DBClusterSnapshotNotFoundFault", ExitCode::kNotFound},
      {"DBClusterNotFoundFault", ExitCode::kNotFound},
      {"ExecutionDoesNotExist", ExitCode::kNotFound},
      {"StateMachineDoesNotExist", ExitCode::kNotFound},
      {"ResourceNotFoundException", ExitCode::kNotFound},
      {"ParameterNotFound", ExitCode::kNotFound},
      {"SourceClusterNotFound", ExitCode::kNotFound},
      {"SubnetNotFound", ExitCode::kNotFound},
      {"SecurityGroupNotFound", ExitCode::kNotFound},
      {"ParameterGroupNotFound", ExitCode::kNotFound},
      {"KmsKeyNotFound", ExitCode::kNotFound},
      {"TopicNotFound", ExitCode::kNotFound},
      {"QueueNotFound", ExitCode::kNotFound},
      {"BucketNotFound", ExitCode::kNotFound},
      {"ExportNotFound", ExitCode::kNotFound},
      {"ManifestNotFound", ExitCode::kNotFound},
      {"ObjectNotFound", ExitCode::kNotFound},
      {"ErrorNotKnown", ExitCode::kNotFound},
      {"FaultNotFound", ExitCode::kNotFound},
      {"NothingToNotify", ExitCode::kNotFound},
      {"StackNotFound", ExitCode::kNotFound},

      {"Cancelled", ExitCode::kDetached},

      {"ExecutionAlreadyExists", ExitCode::kRefused},
      {"AlreadyRunning", ExitCode::kRefused},
      {"AlreadyFinished", ExitCode::kRefused},
      {"ScheduleExists", ExitCode::kRefused},
      {"NotConfirmed", ExitCode::kRefused},
      {"NotOurs", ExitCode::kRefused},
      {"FileExists", ExitCode::kRefused},
      {"PortInUse", ExitCode::kRefused},
      {"OperationInProgress", ExitCode::kRefused},
      {"PointInTimeRecoveryUnavailableException", ExitCode::kRefused},
      {"TargetLocked", ExitCode::kRefused},
      {"NotResumable", ExitCode::kRefused},
      {"NothingToResume", ExitCode::kRefused},
      {"NotRemoved", ExitCode::kRefused},
      {"BucketNotOurs", ExitCode::kRefused},
      {"StackBusy", ExitCode::kRefused},
      {"StackStuck", ExitCode::kRefused},
      {"StackProtected", ExitCode::kRefused},
      {"StateTooNew", ExitCode::kRefused},
      {"OperationsRun", ExitCode::kRefused},
      {"ReplacementRefused", ExitCode::kRefused},
      {"NothingToContinue", ExitCode::kRefused},
  };
  return kCodes;
}

}  // namespace

const std::vector<ExitCodeRow>& exit_code_table() {
  static const std::vector<ExitCodeRow> kTable{
      {ExitCode::kDone, "done; for run and watch: the restore succeeded"},
      {ExitCode::kFailed, "the restore, or what the command did, failed"},
      {ExitCode::kBadInput, "bad input or usage; nothing was started"},
      {ExitCode::kUnreachable,
       "the endpoint, AWS or a database is not reachable, or refuses the credentials"},
      {ExitCode::kNotFound, "not found: the operation, snapshot, secret or pipeline"},
      {ExitCode::kDetached, "interrupted; what was started goes on"},
      {ExitCode::kRefused,
       "refused as things stand: already running or finished, port in use, "
       "not confirmed"},
  };
  return kTable;
}

ExitCode exit_code_of_error(std::string_view error_name) {
  const auto found = codes_by_name().find(error_name);
  return found == codes_by_name().end() ? ExitCode::kFailed : found->second;
}

std::vector<std::string_view> error_names_with_codes() {
  std::vector<std::string_view> names;
  for (const auto& [name, code] : codes_by_name()) names.push_back(name);
  return names;
}

std::string exit_codes_text() {
  std::string text;
  for (const ExitCodeRow& row : exit_code_table())
    text += fmt::format("  {}  {}\n", static_cast<int>(row.code), row.meaning);
  return text;
}

}  // namespace aurora::cli
