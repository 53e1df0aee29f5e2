namespace Ftte;

/// <summary>Stores the memory budgets of the participating devices, from which the smallest memory budget of all devices is computed.</summary>
/// <remarks>
/// <para>A device is either <b>registered</b> by the application (<see cref="Register"/>), which is trusted and never removed automatically, or <b>unregistered</b>: a server that
/// does not require registration records the budget that a device reports in its request for work. Unregistered devices are removed, least recently seen first, beyond a
/// maximum count and after a time without a request; a device that returns is recorded again.</para>
/// <para>The registry has the memory budgets only. The server keeps assignments and shares of clients in an internal table, and the certificates of devices are in the <c>DeviceDirectory</c> of Ftte.AspNetCore.</para>
/// <para>The registrations of a registry that <c>AddFtteServer</c> created belong to the store of the server, if any: they are restored when the server starts. Changes that were made
/// before it starts are applied after that. The registrations of every other registry are the application's to keep.</para>
/// <para>Stores one small record per device, never model data. Safe for any number of threads. Devices may join, change and leave while the server runs.</para>
/// </remarks>
public sealed partial class DeviceRegistry
{
    /// <summary>The default maximum number of unregistered devices.</summary>
    public const int DefaultMaxClaims = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientId, long> _registered = [];
    private readonly Dictionary<ClientId, LinkedListNode<Claim>> _claims = [];
    private readonly LinkedList<Claim> _bySeen = [];
    private readonly int _maxClaims;
    private readonly TimeSpan _claimRetention;
    private readonly TimeProvider _time;

    /// <summary>Creates an empty registry.</summary>
    /// <param name="maxClaims">The maximum number of unregistered devices, at least 1. The least recently seen one is removed first.</param>
    /// <param name="claimRetention">The time for which an unregistered device is kept after it was last seen, positive; null for 30 days.</param>
    /// <param name="time">The clock; null for the system clock.</param>
    /// <exception cref="ArgumentException">The count or the time is not positive.</exception>
    public DeviceRegistry(int maxClaims = DefaultMaxClaims, TimeSpan? claimRetention = null, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxClaims, 1);
        _claimRetention = claimRetention ?? TimeSpan.FromDays(30);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_claimRetention, TimeSpan.Zero, nameof(claimRetention));
        _maxClaims = maxClaims;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Gets the number of devices, registered and unregistered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                RemoveExpired();
                return _registered.Count + _claims.Count;
            }
        }
    }

    /// <summary>Registers a device, or changes its budget. A budget that the device reported before is replaced.</summary>
    /// <param name="client">The device.</param>
    /// <param name="memoryBudgetBytes">The memory that is available for training, in bytes; not negative.</param>
    /// <exception cref="ArgumentException">The client ID is empty or the budget is negative.</exception>
    public void Register(ClientId client, long memoryBudgetBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(client.Value, nameof(client));
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetBytes);
        lock (_lock)
        {
            SetRegistration(client, memoryBudgetBytes);
        }
    }

    /// <summary>Removes a device.</summary>
    /// <param name="client">The device.</param>
    /// <returns>True if the device was removed; false if the registry did not contain it.</returns>
    public bool Remove(ClientId client)
    {
        lock (_lock)
        {
            return SetRegistration(client, memoryBudgetBytes: null) | RemoveClaim(client);
        }
    }

    /// <summary>Determines whether the registry contains a device, registered or not.</summary>
    /// <param name="client">The device.</param>
    /// <returns>True if the registry contains the device; otherwise false.</returns>
    public bool Contains(ClientId client)
    {
        lock (_lock)
        {
            RemoveExpired();
            return _registered.ContainsKey(client) || _claims.ContainsKey(client);
        }
    }

    /// <summary>Determines whether a device is registered by the application.</summary>
    /// <param name="client">The device.</param>
    /// <returns>True if the device is registered; otherwise false.</returns>
    public bool IsRegistered(ClientId client)
    {
        lock (_lock)
        {
            return _registered.ContainsKey(client);
        }
    }

    /// <summary>Returns the minimum memory budget of all devices, or of all devices except an excluded share.</summary>
    /// <param name="excludedShare">
    /// The maximum share of the devices to exclude, in [0, 1). 0 excludes none and returns the minimum budget; 0.05 excludes at most the
    /// 5 % of the devices with the least memory. Devices with exactly the returned budget are never excluded.
    /// </param>
    /// <returns>The budget and the IDs of the excluded devices.</returns>
    /// <exception cref="InvalidOperationException">The registry has no device.</exception>
    public MemoryBudget GetMemoryBudget(double excludedShare = 0)
    {
        if (!(excludedShare >= 0 && excludedShare < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(excludedShare), excludedShare, "The share of excluded devices must lie in [0, 1).");
        }

        return GetTrainableBudget(count => (int)(excludedShare * count), minimumBytes: 0);
    }

    /// <summary>Returns the minimum memory budget of all devices except some with the least memory.</summary>
    /// <param name="countExcluded">Returns the maximum number of devices to exclude for a number of devices; less than that number.</param>
    /// <param name="minimumBytes">The minimum memory to train anything. Devices with less are excluded and not counted.</param>
    internal MemoryBudget GetTrainableBudget(Func<int, int> countExcluded, long minimumBytes)
    {
        KeyValuePair<ClientId, long>[] devices;
        lock (_lock)
        {
            RemoveExpired();
            devices = [.. _registered, .. _bySeen.Select(claim => KeyValuePair.Create(claim.Client, claim.MemoryBudgetBytes))];
        }

        Array.Sort(devices, static (a, b) => a.Value != b.Value ? a.Value.CompareTo(b.Value) : string.CompareOrdinal(a.Key.Value, b.Key.Value));
        int tooSmall = devices.TakeWhile(device => device.Value < minimumBytes).Count();
        int able = devices.Length - tooSmall;
        if (able == 0)
        {
            throw new InvalidOperationException(devices.Length == 0
                ? "No device is registered, so there is no minimum memory budget. Register devices first or specify a budget."
                : $"None of {devices.Length} devices has {minimumBytes} bytes, which the smallest choice requires. Use a smaller model or batch, or devices with more memory.");
        }

        long budget = devices[tooSmall + countExcluded(able)].Value;
        return new MemoryBudget(budget, [.. devices.TakeWhile(device => device.Value < budget).Select(device => device.Key)]);
    }

    /// <summary>Records the budget that an unregistered device reports. A registered device keeps its registered budget.</summary>
    internal void Observe(ClientId client, long memoryBudgetBytes)
    {
        lock (_lock)
        {
            if (_registered.ContainsKey(client))
            {
                return;
            }

            RemoveClaim(client);
            _claims.Add(client, _bySeen.AddLast(new Claim(client, memoryBudgetBytes, _time.GetTimestamp())));
            RemoveExpired();
        }
    }

    /// <summary>Creates a registry with the registered devices of this one and other unregistered devices.</summary>
    /// <param name="claims">The unregistered devices, least recently seen first. A registered device keeps its registered budget.</param>
    internal DeviceRegistry WithClaims(IEnumerable<(ClientId Client, long MemoryBudgetBytes)> claims)
    {
        var combined = new DeviceRegistry(_maxClaims, _claimRetention, _time);
        lock (_lock)
        {
            foreach ((ClientId client, long budget) in _registered)
            {
                combined.Register(client, budget);
            }
        }

        foreach ((ClientId client, long budget) in claims)
        {
            combined.Observe(client, budget);
        }

        return combined;
    }

    private bool RemoveClaim(ClientId client)
    {
        if (!_claims.Remove(client, out LinkedListNode<Claim>? claim))
        {
            return false;
        }

        _bySeen.Remove(claim);
        return true;
    }

    private void RemoveExpired()
    {
        while (_bySeen.First is { } oldest && (_bySeen.Count > _maxClaims || _time.GetElapsedTime(oldest.Value.LastSeen) >= _claimRetention))
        {
            RemoveClaim(oldest.Value.Client);
        }
    }

    private readonly record struct Claim(ClientId Client, long MemoryBudgetBytes, long LastSeen);
}
