namespace Ftte.PostgreSql;

/// <summary>Represents how many updates a buffer still accepts, as this process last read it. Other processes may have filled it further.</summary>
/// <param name="Buffer">The number of the buffer; -1 if none was read.</param>
/// <param name="Updates">The number of updates; 0 if the buffer is closed.</param>
internal sealed record BufferRoom(long Buffer, int Updates)
{
    /// <summary>The maximum number of bytes in a transaction, unless one update has more.</summary>
    public const long MaxBytes = 64 << 20;

    /// <summary>Returns how many updates of each commit to send: as many as the buffer has room for and a transaction may have, one of each shard in turn.</summary>
    /// <param name="commits">The commits.</param>
    /// <param name="capacity">The room of a later buffer than this one.</param>
    /// <remarks>Of commits to an earlier buffer, all are sent, because the database knows the current one.</remarks>
    public int[] Divide(IReadOnlyList<ShardCommit> commits, int capacity)
    {
        int[] counts = new int[commits.Count];
        var rooms = new Dictionary<long, int>();
        long bytes = 0;
        for (bool isIncreased = true; isIncreased;)
        {
            isIncreased = false;
            for (int i = 0; i < counts.Length; i++)
            {
                ShardCommit commit = commits[i];
                int room = rooms.GetValueOrDefault(commit.Buffer, commit.Buffer > Buffer ? capacity : commit.Buffer == Buffer ? Updates : int.MaxValue);
                if (counts[i] == commit.Updates.Count)
                {
                    continue;
                }

                long sum = bytes + commit.Updates[counts[i]].Bytes.Length;
                if (room > 0 && (bytes == 0 || sum <= MaxBytes))
                {
                    bytes = sum;
                    counts[i]++;
                    rooms[commit.Buffer] = room - 1;
                    isIncreased = true;
                }
            }
        }

        return counts;
    }
}
