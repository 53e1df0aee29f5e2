using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Running;

/// <summary>The devices that are not at work, and who of them is asked next.</summary>
/// <remarks>Adding and taking are constant in time for a random order; small records only. Not thread-safe.</remarks>
internal sealed class IdleDevices
{
    private readonly DeviceOrder _order;
    private readonly ulong _seed;
    private readonly List<int> _random = [];
    private readonly LinkedList<int> _waiting = [];
    private ulong _draws;

    public IdleDevices(int count, DeviceOrder order, ulong seed)
    {
        (_order, _seed) = (order, seed);
        for (int device = 0; device < count; device++)
        {
            Add(device);
        }
    }

    public int Count => _order == DeviceOrder.Random ? _random.Count : _waiting.Count;

    /// <summary>Gets all of them, in any order.</summary>
    public IEnumerable<int> All => _order == DeviceOrder.Random ? _random : _waiting;

    public void Add(int device)
    {
        if (_order == DeviceOrder.Random)
        {
            _random.Add(device);
        }
        else
        {
            _waiting.AddLast(device);
        }
    }

    /// <summary>Takes the next device that can be asked; -1 if none can.</summary>
    /// <param name="canBeAsked">Whether a device can be asked now.</param>
    public int Take(Func<int, bool> canBeAsked) => _order == DeviceOrder.Random ? TakeAny(canBeAsked) : TakeFirst(canBeAsked);

    private int TakeAny(Func<int, bool> canBeAsked)
    {
        int count = _random.Count;
        if (count == 0)
        {
            return -1;
        }

        // A draw of its own for each that is taken, so that how many were tried before changes nothing.
        var random = new SeededRandom(_seed, RandomKey.Draw, _draws++);
        for (int tries = 0; tries < Math.Max(64, count); tries++)
        {
            int at = random.NextInt(count);
            if (canBeAsked(_random[at]))
            {
                return RemoveAt(at);
            }
        }

        // Hardly anyone can be asked, if at all. The first after a drawn place would more often be one with a long gap before it.
        int[] few = [.. Enumerable.Range(0, count).Where(at => canBeAsked(_random[at]))];
        return few.Length > 0 ? RemoveAt(few[random.NextInt(few.Length)]) : -1;
    }

    private int TakeFirst(Func<int, bool> canBeAsked)
    {
        for (LinkedListNode<int>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (canBeAsked(node.Value))
            {
                _waiting.Remove(node);
                return node.Value;
            }
        }

        return -1;
    }

    private int RemoveAt(int at)
    {
        int device = _random[at];
        _random[at] = _random[^1];
        _random.RemoveAt(_random.Count - 1);
        return device;
    }
}
