using Ftte.Common;
using Ftte.Serialization;

namespace Ftte;

/// <content>Saves and restores the devices, and records changes of registrations in the store of a server.</content>
public sealed partial class DeviceRegistry
{
    /// <summary>The changes of registrations that a store does not contain yet; null for a removed device.</summary>
    private readonly Dictionary<ClientId, long?> _unrecorded = [];

    private ServerJournal? _journal;

    /// <summary>Gets a value that indicates whether the registrations belong to the store of the server that uses this registry.</summary>
    internal bool IsStored { get; init; }

    /// <summary>Repeats a recorded change of a registration.</summary>
    /// <param name="client">The device.</param>
    /// <param name="memoryBudgetBytes">The registered budget; null if the device was removed.</param>
    internal void Replay(ClientId client, long? memoryBudgetBytes)
    {
        lock (_lock)
        {
            Apply(client, memoryBudgetBytes);
        }
    }

    /// <summary>Applies the changes that were made before the server started to the restored registrations, and records changes from now on.</summary>
    internal void StartRecording(ServerJournal journal)
    {
        lock (_lock)
        {
            _journal = journal;
            foreach ((ClientId client, long? budget) in _unrecorded)
            {
                SetRegistration(client, budget);
            }

            _unrecorded.Clear();
        }
    }

    /// <summary>Records no more changes, because the server stops.</summary>
    internal void StopRecording()
    {
        lock (_lock)
        {
            _journal = null;
        }
    }

    internal void Save(StateWriter writer)
    {
        lock (_lock)
        {
            RemoveExpired();
            writer.Int32(_registered.Count);
            foreach ((ClientId client, long budget) in _registered.OrderBy(device => device.Key.Value, StringComparer.Ordinal))
            {
                writer.Client(client);
                writer.Int64(budget);
            }

            writer.Int32(_claims.Count);
            foreach (Claim claim in _bySeen)
            {
                writer.Client(claim.Client);
                writer.Int64(claim.MemoryBudgetBytes);
                writer.Duration(_time.GetElapsedTime(claim.LastSeen));
            }
        }
    }

    /// <summary>Reads saved devices. Unregistered devices that are already in the registry are not changed.</summary>
    /// <param name="reader">The reader of the state.</param>
    /// <param name="registers">True to restore registered devices; false to keep only the registrations of this registry.</param>
    internal void Load(ref StateReader reader, bool registers)
    {
        const int MinBytes = 10;
        lock (_lock)
        {
            if (IsStored)
            {
                // From here to StartRecording, only what the store contains.
                _registered.Clear();
            }

            int registered = reader.Count("number of registered devices", MinBytes);
            for (int i = 0; i < registered; i++)
            {
                ClientId client = reader.Client();
                long budget = reader.Int64("memory budget");
                if (registers)
                {
                    Apply(client, budget);
                }
            }

            int claims = reader.Count("number of unregistered devices", MinBytes);
            for (int i = 0; i < claims; i++)
            {
                var claim = new Claim(reader.Client(), reader.Int64("memory budget"), _time.GetTimestampBefore(reader.Duration("time since a device was seen")));
                if (!_registered.ContainsKey(claim.Client) && !_claims.ContainsKey(claim.Client))
                {
                    _claims.Add(claim.Client, _bySeen.AddLast(claim));
                }
            }
        }
    }

    /// <summary>Changes a registration and records the change.</summary>
    /// <param name="client">The device.</param>
    /// <param name="memoryBudgetBytes">The registered budget; null to remove the device.</param>
    /// <returns>True if the registration differs from the earlier one.</returns>
    private bool SetRegistration(ClientId client, long? memoryBudgetBytes)
    {
        bool isChanged = Apply(client, memoryBudgetBytes);
        if (_journal is null && IsStored)
        {
            // Also if nothing has changed, because the store may contain another registration.
            _unrecorded[client] = memoryBudgetBytes;
        }
        else if (isChanged)
        {
            _journal?.RegistrationChanged(client, memoryBudgetBytes);
        }

        return isChanged;
    }

    private bool Apply(ClientId client, long? memoryBudgetBytes)
    {
        if (memoryBudgetBytes is not { } budget)
        {
            return _registered.Remove(client);
        }

        RemoveClaim(client);
        bool isChanged = !_registered.TryGetValue(client, out long known) || known != budget;
        _registered[client] = budget;
        return isChanged;
    }
}
