namespace Ftte.AspNetCore;

/// <summary>Represents a request of the administration for a token.</summary>
internal sealed record AdminTokenRequest(string? Client = null, int ValidMinutes = 60);
