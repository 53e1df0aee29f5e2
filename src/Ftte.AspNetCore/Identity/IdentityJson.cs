using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ftte.AspNetCore;

/// <summary>Serializes what the identities store and the administration returns, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DirectoryEntry))]
[JsonSerializable(typeof(AdminDevice[]))]
[JsonSerializable(typeof(AdminTokenRequest))]
[JsonSerializable(typeof(AdminToken))]
internal sealed partial class IdentityJson : JsonSerializerContext;
