namespace Ftte.AspNetCore;

/// <summary>Represents a device that has enrolled.</summary>
/// <param name="Client">The ID of the device.</param>
/// <param name="Certificate">The SHA-256 of its latest certificate, as 64 lowercase hexadecimal digits.</param>
/// <param name="Enrolled">The time at which the device enrolled, or renewed its certificate.</param>
/// <param name="Expires">The time at which its certificate expires.</param>
/// <param name="IsRevoked">True if the device was revoked: all its requests are rejected until it enrolls again.</param>
public sealed record EnrolledDevice(ClientId Client, string Certificate, DateTimeOffset Enrolled, DateTimeOffset Expires, bool IsRevoked);
