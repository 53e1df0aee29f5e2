namespace Ftte.AspNetCore;

/// <summary>Represents a device in the answers of the administration.</summary>
internal sealed record AdminDevice(string Client, string Certificate, DateTimeOffset Enrolled, DateTimeOffset Expires, bool Revoked);
