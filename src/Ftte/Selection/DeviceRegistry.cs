using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Ftte;

/// <summary>The devices that take part, with the memory each can spare: the source of M_min.</summary>
/// <remarks>
/// Holds one small record per device, never model data. Safe for any number of threads. Devices may join, change and leave while the server runs.
/// </remarks>
public sealed class DeviceRegistry
{
    private readonly ConcurrentDictionary<ClientId, long> _budgets = new();

    /// <summary>Gets the number of registered devices.</summary>
    public int Count => _budgets.Count;

    /// <summary>Registers a device, or changes its budget.</summary>
    /// <param name="client">The device.</param>
    /// <param name="memoryBudgetBytes">The memory it can spare for training, in bytes; not negative.</param>
    /// <exception cref="ArgumentException">The client is nameless or the budget negative.</exception>
    public void Register(ClientId client, long memoryBudgetBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(client.Value, nameof(client));
        ArgumentOutOfRangeException.ThrowIfNegative(memoryBudgetBytes);
        _budgets[client] = memoryBudgetBytes;
    }

    /// <summary>Forgets a device.</summary>
    /// <param name="client">The device.</param>
    /// <returns>Whether it was registered.</returns>
    public bool Remove(ClientId client) => _budgets.TryRemove(client, out _);

    /// <summary>Says whether a device is registered.</summary>
    /// <param name="client">The device.</param>
    /// <returns>Whether it is registered.</returns>
    public bool Contains(ClientId client) => _budgets.ContainsKey(client);

    /// <summary>Gives the budget that the weakest device can keep, or that all but a chosen share can.</summary>
    /// <param name="excludedShare">
    /// The largest share of the devices that may be left out, in [0, 1): 0 leaves none out and gives the smallest budget; 0.05 leaves out at most
    /// the weakest 5 %. Devices with the very budget given are never left out.
    /// </param>
    /// <returns>The budget, and the devices left out by name.</returns>
    /// <exception cref="InvalidOperationException">No device is registered.</exception>
    public MemoryBudget GetMemoryBudget(double excludedShare = 0)
    {
        if (!(excludedShare >= 0 && excludedShare < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(excludedShare), excludedShare, "The share to leave out lies in [0, 1).");
        }

        // Not a spread: that asks for the count first and copies then, and a device may join in between.
        KeyValuePair<ClientId, long>[] devices = _budgets.ToArray();
        if (devices.Length == 0)
        {
            throw new InvalidOperationException("No device is registered, so there is no weakest one; register devices first or state a budget.");
        }

        Array.Sort(devices, static (a, b) => a.Value != b.Value ? a.Value.CompareTo(b.Value) : string.CompareOrdinal(a.Key.Value, b.Key.Value));
        long budget = devices[(int)(excludedShare * devices.Length)].Value;
        return new MemoryBudget(budget, [.. devices.TakeWhile(d => d.Value < budget).Select(d => d.Key)]);
    }
}

/// <summary>The memory budget that a selection must keep.</summary>
/// <param name="Bytes">The budget, in bytes: M_min.</param>
/// <param name="Excluded">The devices that cannot keep it, weakest first.</param>
public sealed record MemoryBudget(long Bytes, ImmutableArray<ClientId> Excluded);
