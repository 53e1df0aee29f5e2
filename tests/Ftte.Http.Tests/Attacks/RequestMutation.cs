namespace Ftte.Http.Tests.Attacks;

/// <summary>Changes requests at random: flips, cuts, repeats and inserts.</summary>
internal static class RequestMutation
{
    /// <summary>Changes bytes in 1 to 4 ways.</summary>
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(changed.Count + 1), count = random.Next(1, 9);
            switch (random.Next(5))
            {
                case 0 when at < changed.Count:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed.RemoveRange(at, Math.Min(count, changed.Count - at));
                    break;
                case 2:
                    changed.InsertRange(at, changed.GetRange(0, Math.Min(count, changed.Count)));
                    break;
                case 3:
                    changed.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), count));
                    break;
                default:
                    // A length field that promises much.
                    changed.RemoveRange(at, Math.Min(4, changed.Count - at));
                    changed.InsertRange(at, BitConverter.GetBytes(random.Next(2) == 0 ? int.MaxValue : -1));
                    break;
            }
        }

        return [.. changed];
    }

    /// <summary>Changes text in 1 to 4 ways, to printable ASCII.</summary>
    public static string Mutate(string text, Random random) =>
        string.Concat(Mutate([.. text.Select(c => (byte)c)], random).Select(b => (char)(' ' + (b % ('~' - ' ')))));
}
