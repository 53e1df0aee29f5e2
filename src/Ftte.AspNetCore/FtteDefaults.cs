namespace Ftte.AspNetCore;

/// <summary>Specifies the names of the policies and schemes of the endpoints. To replace a policy, add another one with the same name.</summary>
public static class FtteDefaults
{
    /// <summary>The authorization policy of the calls of devices.</summary>
    public const string DevicePolicy = "Ftte.Device";

    /// <summary>The authorization policy of the administration of devices.</summary>
    public const string AdminPolicy = "Ftte.Admin";

    /// <summary>The rate limiting policy of all endpoints.</summary>
    public const string RateLimit = "Ftte";
}
