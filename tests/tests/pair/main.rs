//! Client and server against each other under virtual time. The files are named as what they show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    unreachable_pub,
    missing_debug_implementations
)]

mod a_bad_frame_is_answered_as_the_standard_says;
mod a_bad_line_does_nothing_twice;
mod a_link_is_opened_again;
mod a_list_of_anything_is_done_in_order;
mod a_listener_takes_what_is_pushed;
mod a_long_notification_goes_in_blocks;
mod a_long_read_is_abandoned;
mod a_long_value_goes_in_blocks;
mod a_meter_is_referenced_by_short_names;
mod a_meter_pushes_when_it_is_due;
mod a_meter_speaks_unasked;
mod a_meter_stands_behind_a_gateway;
mod all_prove_who_they_are;
mod an_association_is_opened_and_released;
mod an_association_may_stand_without_being_opened;
mod an_image_is_transferred;
mod an_image_of_ten_megabytes_goes_in_blocks;
mod an_unconfirmed_request_is_done_once_and_not_answered;
mod any_message_goes_in_blocks;
mod blocks_that_get_lost_come_again;
mod many_meters_share_a_line;
mod many_share_one_meter;
mod messages_go_signed_or_under_keys_of_their_own;
mod meter;
mod nothing_insecure_is_done;
mod one_request_is_served_after_the_other;
mod published_messages_drive_the_machines;
mod sealed_once;
mod serial;
mod short_names_do_what_logical_names_do;
mod values_are_read_and_written;
mod what_is_sent_to_all_is_done_and_not_answered;
mod wire;
