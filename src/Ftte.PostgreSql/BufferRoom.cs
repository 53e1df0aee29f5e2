namespace Ftte.PostgreSql;

/// <summary>Represents how many updates a buffer still accepts, as this process last read it. Other processes may have filled it further.</summary>
/// <param name="Buffer">The number of the buffer; -1 if none was read.</param>
/// <param name="Updates">The number of updates; 0 if the buffer is closed.</param>
internal sealed record BufferRoom(long Buffer, int Updates)
{
    /// <summary>Returns how many updates of each commit to send: as many as the buffer has room for, one of each shard in turn.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="capacity">The room of a later buffer than this one.</param>
    /// <remarks>Repeated commits are sent as a whole, because only the database knows their outcomes, and so are those to an earlier buffer.</remarks>
    public int[] Divide(IReadOnlyList<ShardCommit> commits, int capacity)
    {
        int[] counts = new int[commits.Count];
        var rooms = new Dictionary<long, int>();
        for (bool isIncreased = true; isIncreased;)
        {
            isIncreased = false;
            for (int i = 0; i < counts.Length; i++)
            {
                ShardCommit commit = commits[i];
                int room = rooms.GetValueOrDefault(commit.Buffer, commit.Buffer > Buffer ? capacity : commit.Buffer == Buffer ? Updates : int.MaxValue);
                if (counts[i] < commit.Updates.Count && (room > 0 || commit.IsRepeated))
                {
                    counts[i]++;
                    rooms[commit.Buffer] = Math.Max(0, room - 1);
                    isIncreased = true;
                }
            }
        }

        return counts;
    }
}
