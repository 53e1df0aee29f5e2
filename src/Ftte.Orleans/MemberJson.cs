using System.Text.Json.Serialization;

namespace Ftte.Orleans;

/// <summary>Writes and reads members as JSON.</summary>
[JsonSerializable(typeof(MemberRecord))]
internal sealed partial class MemberJson : JsonSerializerContext;
