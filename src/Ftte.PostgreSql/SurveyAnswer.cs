namespace Ftte.PostgreSql;

/// <summary>Represents the answer of a device in an importance survey of a cluster.</summary>
/// <param name="Client">The device.</param>
/// <param name="Id">The ID of the answer.</param>
/// <param name="Values">The importance of each block.</param>
internal sealed record SurveyAnswer(ClientId Client, UpdateId Id, float[] Values);
