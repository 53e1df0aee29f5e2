namespace Ftte.AspNetCore;

/// <summary>Represents a new token in the answers of the administration.</summary>
internal sealed record AdminToken(string Token, string Authority, DateTimeOffset Expires);
