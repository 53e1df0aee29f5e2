using Ftte.Aggregation;
using Ftte.Serialization;

namespace Ftte.Privacy.Participation;

/// <summary>Counts the contributions of each client and enforces their limits.</summary>
/// <remarks>
/// One small record per client that contributed: at most the number of versions times the capacity of a buffer. A record cannot be dropped before the run ends, because the client could
/// then contribute too often. Thread-safe.
/// </remarks>
internal sealed class ParticipationTable(ParticipationLimits limits, int maxSteps)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientId, (int Count, int LastStep)> _byClient = [];
    private int _step;

    /// <summary>Gets the number of versions whose noise was drawn. Contributions go into the next one.</summary>
    public int Step
    {
        get
        {
            lock (_lock)
            {
                return _step;
            }
        }
    }

    /// <summary>Returns the number of clients that contributed, and the most contributions of one of them.</summary>
    public (int Clients, int MaxContributions) Summarize()
    {
        lock (_lock)
        {
            return (_byClient.Count, _byClient.Count == 0 ? 0 : _byClient.Values.Max(record => record.Count));
        }
    }

    public ParticipationStatus Get(ClientId client)
    {
        lock (_lock)
        {
            if (_step >= maxSteps)
            {
                return ParticipationStatus.Ended;
            }

            if (!_byClient.TryGetValue(client, out (int Count, int LastStep) record) || (record.Count < limits.MaxParticipations && _step - record.LastStep >= limits.MinSeparation))
            {
                return ParticipationStatus.Allowed;
            }

            return record.Count < limits.MaxParticipations && limits.MinSeparation < maxSteps - record.LastStep ? ParticipationStatus.AwaitsVersion : ParticipationStatus.Ended;
        }
    }

    /// <summary>Records a contribution of a client that is allowed to contribute.</summary>
    public void Record(ClientId client)
    {
        lock (_lock)
        {
            _byClient[client] = (_byClient.GetValueOrDefault(client).Count + 1, _step);
        }
    }

    /// <summary>Ends a version.</summary>
    public void BeginStep()
    {
        lock (_lock)
        {
            _step++;
        }
    }

    /// <summary>Writes the table in the order of the clients' IDs, so that equal tables have equal bytes.</summary>
    public void Save(StateWriter writer)
    {
        lock (_lock)
        {
            writer.Int32(_step);
            writer.Int32(_byClient.Count);
            foreach ((ClientId client, (int count, int lastStep)) in _byClient.OrderBy(record => record.Key.Value, StringComparer.Ordinal))
            {
                writer.Client(client);
                writer.Int32(count);
                writer.Int32(lastStep);
            }
        }
    }

    public void Load(ref StateReader reader)
    {
        const int MinBytes = 2 + (2 * sizeof(int));
        lock (_lock)
        {
            _step = reader.Int32("number of versions with noise", max: maxSteps);
            int count = reader.Count("number of clients that contributed", MinBytes);
            for (int i = 0; i < count; i++)
            {
                ClientId client = reader.Client();
                if (!_byClient.TryAdd(client, (reader.Int32("number of contributions", min: 1, max: limits.MaxParticipations), reader.Int32("latest contribution", max: _step))))
                {
                    throw StateReader.Bad("number of records of one client", 2);
                }
            }
        }
    }
}
