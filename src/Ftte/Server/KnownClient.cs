namespace Ftte;

/// <summary>Represents the server's record of a client at one moment.</summary>
/// <param name="Client">The client.</param>
/// <param name="Activity">What the client does.</param>
/// <param name="SinceSeen">The time since the client last requested work or submitted an update.</param>
/// <param name="AtWork">The time since its assignment was issued or its lease renewed; null if it has no assignment.</param>
public sealed record KnownClient(ClientId Client, ClientActivity Activity, TimeSpan SinceSeen, TimeSpan? AtWork);
