using Ftte.Simulation.Randomness;

namespace Ftte.Simulation.Running;

/// <summary>The idle devices, and the order in which they get work.</summary>
/// <remarks>In a random order, adding and taking a device take constant time. Not thread-safe.</remarks>
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

    /// <summary>Gets all idle devices, in any order.</summary>
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

    /// <summary>Removes the next eligible device; -1 if there is none.</summary>
    /// <param name="isEligible">Determines whether a device is eligible now.</param>
    public int Take(Func<int, bool> isEligible) => _order == DeviceOrder.Random ? TakeAny(isEligible) : TakeFirst(isEligible);

    private int TakeAny(Func<int, bool> isEligible)
    {
        int count = _random.Count;
        if (count == 0)
        {
            return -1;
        }

        // Each device taken has its own random generator, so the number of earlier tries does not matter.
        var random = new SeededRandom(_seed, RandomKey.Draw, _draws++);
        for (int tries = 0; tries < Math.Max(64, count); tries++)
        {
            int at = random.NextInt(count);
            if (isEligible(_random[at]))
            {
                return RemoveAt(at);
            }
        }

        // Few devices are eligible. Choosing the first one after a random index would prefer devices after long gaps.
        int[] eligible = [.. Enumerable.Range(0, count).Where(at => isEligible(_random[at]))];
        return eligible.Length > 0 ? RemoveAt(eligible[random.NextInt(eligible.Length)]) : -1;
    }

    private int TakeFirst(Func<int, bool> isEligible)
    {
        for (LinkedListNode<int>? node = _waiting.First; node is not null; node = node.Next)
        {
            if (isEligible(node.Value))
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
